"""Whether every figure of a reply comes from somewhere: `agent.grounding.tracing.check` tells, and from where."""
