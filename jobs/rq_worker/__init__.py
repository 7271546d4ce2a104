"""The books that RQ keeps in Redis about workers and their jobs, kept in few round trips."""
