"""What an agent is, as a file says it: checked values without behaviour; `bot.assistant` builds agents of them."""
