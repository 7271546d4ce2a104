"""From the raw bytes of a mail to what the person wrote: pure, bounded, linear in the size of the mail."""
