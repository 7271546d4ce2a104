"""What LLMs may cost: budgets, their books, the dollar's rate, prices that are not known."""
