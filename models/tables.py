"""Every table in one metadata: what migrations compare the database with."""

from sqlmodel import SQLModel

import models.agents.activation
import models.agents.file
import models.agents.version
import models.audit
import models.cache.awaited_answer
import models.cache.cached_answer
import models.cache.kept_result
import models.changes.crm_entry
import models.changes.discount
import models.changes.proposal
import models.conversation
import models.knowledge.catalog_item
import models.knowledge.chunk
import models.knowledge.chunk_vector
import models.knowledge.document
import models.knowledge.embedding_space
import models.knowledge.embedding_use
import models.knowledge.leftover_space
import models.memory.contact
import models.memory.contact_link
import models.memory.customer_fact
import models.memory.fact
import models.memory.mailbox_code
import models.memory.remembered
import models.memory.summary
import models.message
import models.money.budget
import models.money.dollar_rate
import models.operators.access
import models.outbox
import models.person
import models.privacy.erasure
import models.privacy.leftover_file
import models.privacy.opt_out
import models.privacy.retention_rule
import models.privacy.retention_waiting
import models.process
import models.rest
import models.run
import models.search.posting
import models.search.space
import models.search.word
import models.tenant
import models.turn  # noqa: F401

metadata = SQLModel.metadata
