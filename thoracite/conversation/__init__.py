"""Questions about one image, answered from the evidence of its explanation.

A reply is made of sentences that the verifier supports, each with its citations, and of what was computed: what a sign
would have to be, which diagnoses fit. What the evidence cannot answer is said to be so.
"""

from thoracite.conversation.conversation import Conversation
from thoracite.conversation.reply import Option, Reply

__all__ = ["Conversation", "Option", "Reply"]
