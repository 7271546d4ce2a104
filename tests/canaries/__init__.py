"""What one rep's eyes may see, sought through everything that another rep gets, says or leaves behind."""
