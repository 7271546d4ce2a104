"""Every table in one metadata: what migrations compare the database with."""

from sqlmodel import SQLModel

import models.access
import models.agent_activation
import models.agent_file
import models.agent_version
import models.audit
import models.awaited_answer
import models.budget
import models.cached_answer
import models.catalog_item
import models.chunk
import models.chunk_vector
import models.contact
import models.contact_link
import models.conversation
import models.crm_entry
import models.discount
import models.document
import models.dollar_rate
import models.embedding_space
import models.embedding_use
import models.erasure
import models.fact
import models.kept_result
import models.leftover_file
import models.leftover_space
import models.mailbox_code
import models.message
import models.opt_out
import models.outbox
import models.person
import models.process
import models.proposal
import models.remembered
import models.rest
import models.retention_rule
import models.retention_waiting
import models.run
import models.search_posting
import models.search_space
import models.search_word
import models.summary
import models.tenant
import models.turn  # noqa: F401

metadata = SQLModel.metadata
