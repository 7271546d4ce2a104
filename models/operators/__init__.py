"""People behind the bot: who may enter, what they take over, approve, and are told."""
