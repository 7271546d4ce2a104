"""Tests of the CRM channel."""
