"""`/chat` and `/ws/chat`: asked, waited for, streamed."""
