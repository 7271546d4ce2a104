"""The few fixed texts that code, not an LLM, says to people: in Portuguese, English and Spanish."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from models.language import Language, Texts

Phrase = Literal[
    "greeting_unknown",
    "greeting_unverified",
    "reset_done",
    "only_text",
    "no_ears",
    "nothing_heard",
    "no_eyes",
    "file_missing",
    "person_called",
    "cannot_now",
    "limit_reached",
    "budget_spent",
    "refused",
    "writing_off",
    "records_off",
    "figure_left_out",
    "figures_unknown",
    "closed_now",
    "opted_out",
    "opted_in",
    "say_yes",
    "yes_late",
    "tool_changed",
    "not_done",
    "done",
    "done_undoable",
    "done_failed",
    "done_unknown",
    "undone",
    "not_undone",
    "nothing_to_undo",
    "nothing_to_confirm",
    "kept_answer",
]

_TEXTS: dict[Phrase, Texts] = {
    "greeting_unknown": {
        "pt": "Olá! Sou o assistente de vendas da {company}. Ainda não conheço este contato, por isso não posso "
        "consultar dados por aqui. Posso pedir que uma pessoa da equipe fale com você: é só responder com seu nome.",
        "en": "Hello! I am the sales assistant of {company}. I do not know this contact yet, so I cannot look anything "
        "up here. I can ask a person of the team to get in touch: just reply with your name.",
        "es": "¡Hola! Soy el asistente de ventas de {company}. Todavía no conozco este contacto, así que no puedo "
        "consultar datos por aquí. Puedo pedir que una persona del equipo le hable: responda con su nombre.",
    },
    "greeting_unverified": {
        "pt": "Olá! Sou o assistente de vendas da {company}. Não consegui confirmar que esta mensagem veio mesmo "
        "do seu endereço, por isso não posso mostrar dados por aqui. Uma pessoa da equipe pode ajudar.",
        "en": "Hello! I am the sales assistant of {company}. I could not confirm that this message really came from "
        "your address, so I cannot show any data here. A person of the team can help.",
        "es": "¡Hola! Soy el asistente de ventas de {company}. No pude confirmar que este mensaje viniera de su "
        "dirección, así que no puedo mostrar datos por aquí. Una persona del equipo puede ayudar.",
    },
    "reset_done": {
        "pt": "Pronto, começamos do zero: não levo em conta o que foi dito antes.",
        "en": "Done, we start afresh: I no longer take into account what was said before.",
        "es": "Listo, empezamos de cero: ya no tengo en cuenta lo dicho antes.",
    },
    "only_text": {
        "pt": "Por enquanto só leio texto. Pode escrever sua pergunta?",
        "en": "For now I only read text. Could you write your question?",
        "es": "Por ahora solo leo texto. ¿Puede escribir su pregunta?",
    },
    "no_ears": {
        "pt": "Recebi seu áudio, mas aqui ainda não consigo ouvir. Pode escrever sua pergunta?",
        "en": "I received your voice note, but I cannot listen to audio here yet. Could you write your question?",
        "es": "Recibí su audio, pero aquí todavía no puedo escucharlo. ¿Puede escribir su pregunta?",
    },
    "nothing_heard": {
        "pt": "Ouvi seu áudio, mas não entendi nenhuma palavra. Pode repetir ou escrever?",
        "en": "I listened to your voice note but could not make out any words. Could you repeat it or write?",
        "es": "Escuché su audio, pero no entendí ninguna palabra. ¿Puede repetirlo o escribirlo?",
    },
    "no_eyes": {
        "pt": "Recebi sua imagem, mas não consigo ver imagens por aqui. Pode descrever ou escrever sua pergunta?",
        "en": "I received your picture, but I cannot see pictures here. Could you describe it or write your question?",
        "es": "Recibí su imagen, pero no puedo ver imágenes por aquí. ¿Puede describirla o escribir su pregunta?",
    },
    "file_missing": {
        "pt": "Não consegui baixar o arquivo que você enviou. Pode enviar de novo?",
        "en": "I could not fetch the file you sent. Could you send it again?",
        "es": "No pude descargar el archivo que envió. ¿Puede enviarlo de nuevo?",
    },
    "person_called": {
        "pt": "Combinado: avisei a equipe, e uma pessoa vai falar com você por aqui.",
        "en": "All right: I told the team, and a person will get back to you here.",
        "es": "De acuerdo: avisé al equipo y una persona le responderá por aquí.",
    },
    "cannot_now": {
        "pt": "Não consegui responder agora por um problema do nosso lado. A equipe foi avisada; tente de novo daqui a "
        "pouco.",
        "en": "I could not answer now because of a problem on our side. The team has been told; please try again in a "
        "while.",
        "es": "No pude responder ahora por un problema de nuestro lado. El equipo ya fue avisado; inténtelo de nuevo "
        "en un rato.",
    },
    "limit_reached": {
        "pt": "Essa pergunta passou do limite de trabalho de uma resposta. Pode dividir em partes menores?",
        "en": "This question went over the limit of work for one answer. Could you split it into smaller parts?",
        "es": "Esta pregunta superó el límite de trabajo de una respuesta. ¿Puede dividirla en partes más pequeñas?",
    },
    "budget_spent": {
        "pt": "Cheguei ao limite de uso combinado para este período, por isso não posso consultar mais nada agora. A "
        "equipe foi avisada.",
        "en": "I have reached the limit of use agreed for this period, so I cannot look anything up now. The team has "
        "been told.",
        "es": "Llegué al límite de uso acordado para este período, así que no puedo consultar nada más ahora. El "
        "equipo ya fue avisado.",
    },
    "refused": {
        "pt": "Não posso ajudar com isso. Posso responder sobre vendas, metas, clientes e negócios em andamento.",
        "en": "I cannot help with that. I can answer about sales, goals, customers and deals in progress.",
        "es": "No puedo ayudar con eso. Puedo responder sobre ventas, metas, clientes y negocios en curso.",
    },
    "closed_now": {
        "pt": "Agora estamos fora do horário de atendimento. Sua mensagem ficou registrada; escreva de novo quando "
        "abrirmos.",
        "en": "We are closed at the moment. Your message is on record; write again when we are open.",
        "es": "Ahora estamos fuera del horario de atención. Su mensaje quedó registrado; escriba de nuevo cuando "
        "abramos.",
    },
    "writing_off": {
        "pt": "Não registrei nada: há nesta conversa palavras que não são suas (mensagem encaminhada, documento), e "
        "com elas não altero dados. Para registrar, escreva «começar de novo» e repita o pedido com suas palavras.",
        "en": "I recorded nothing: words that are not yours (a forwarded message, a document) stand in this "
        "conversation, and with them I change no data. To record it, write “start over” and ask again in your own "
        "words.",
        "es": "No registré nada: hay en esta conversación palabras que no son suyas (mensaje reenviado, documento), y "
        "con ellas no cambio datos. Para registrarlo, escriba «empezar de nuevo» y repita el pedido con sus palabras.",
    },
    "records_off": {
        "pt": "Nos registros da empresa não mudei nada: há nesta conversa palavras que não são suas (mensagem "
        "encaminhada, documento). Para mudar, escreva «começar de novo» e repita o pedido com suas palavras.",
        "en": "In the company's records I changed nothing: words that are not yours (a forwarded message, a document) "
        "stand in this conversation. To change them, write “start over” and ask again in your own words.",
        "es": "En los registros de la empresa no cambié nada: hay en esta conversación palabras que no son suyas "
        "(mensaje reenviado, documento). Para cambiarlos, escriba «empezar de nuevo» y repita el pedido con sus "
        "palabras.",
    },
    "figure_left_out": {
        "pt": "Deixei de fora o que não consegui conferir nos dados.",
        "en": "I left out what I could not verify in the data.",
        "es": "Dejé fuera lo que no pude verificar en los datos.",
    },
    "figures_unknown": {
        "pt": "Não consegui conferir nos dados os números da resposta, por isso não os envio. Pode perguntar de outro "
        "jeito, com o período e o nome?",
        "en": "I could not verify the figures of my answer in the data, so I am not sending them. Could you ask in "
        "another way, with the period and the name?",
        "es": "No pude verificar en los datos las cifras de la respuesta, por eso no las envío. ¿Puede preguntar de "
        "otra forma, con el período y el nombre?",
    },
    "say_yes": {
        "pt": "{changes}\n\nConfirma? Responda **SIM** ou **NÃO**.",
        "en": "{changes}\n\nShall I? Reply **YES** or **NO**.",
        "es": "{changes}\n\n¿Confirma? Responda **SÍ** o **NO**.",
    },
    "opted_out": {
        "pt": "Pronto: você não recebe mais mensagens por aqui. Se mudar de ideia, responda VOLTAR.",
        "en": "Done: you will get no more messages here. If you change your mind, reply START.",
        "es": "Listo: ya no recibirá más mensajes por aquí. Si cambia de idea, responda VOLVER.",
    },
    "opted_in": {
        "pt": "Que bom ter você de volta: volto a responder por aqui. Para parar, responda PARAR.",
        "en": "Good to have you back: I answer here again. To stop, reply STOP.",
        "es": "Qué bueno tenerle de vuelta: vuelvo a responder por aquí. Para dejarlo, responda BAJA.",
    },
    "yes_late": {
        "pt": "O prazo para confirmar passou, e nada foi alterado. Se ainda quiser:",
        "en": "The time to confirm had run out, and nothing was changed. If you still want it:",
        "es": "El plazo para confirmar pasó, y nada cambió. Si todavía lo quiere:",
    },
    "tool_changed": {
        "pt": "Ainda não fiz: o assistente foi atualizado depois que mostrei isto. Agora seria assim:",
        "en": "Not done yet: the assistant was updated after I showed this. It would now be:",
        "es": "Todavía no lo hice: el asistente se actualizó después de mostrar esto. Ahora sería así:",
    },
    "not_done": {
        "pt": "Certo, não fiz: {changes}",
        "en": "All right, not done: {changes}",
        "es": "De acuerdo, no lo hice: {changes}",
    },
    "done": {"pt": "Feito: {changes}", "en": "Done: {changes}", "es": "Hecho: {changes}"},
    "done_undoable": {
        "pt": "Feito: {changes}\n\nPara voltar atrás, responda **DESFAZER**.",
        "en": "Done: {changes}\n\nTo take it back, reply **UNDO**.",
        "es": "Hecho: {changes}\n\nPara volver atrás, responda **DESHACER**.",
    },
    "done_failed": {
        "pt": "Não consegui fazer, e nada foi alterado: {changes}",
        "en": "I could not do it, and nothing was changed: {changes}",
        "es": "No pude hacerlo, y nada cambió: {changes}",
    },
    "done_unknown": {
        "pt": "Não sei se isto chegou a ser feito, e não vou repetir sozinho: {changes}\n\nA equipe foi avisada.",
        "en": "I do not know whether this was done, and will not repeat it by myself: {changes}\n\nThe team was told.",
        "es": "No sé si esto llegó a hacerse, y no lo repetiré por mi cuenta: {changes}\n\nEl equipo fue avisado.",
    },
    "undone": {"pt": "Desfeito: {changes}", "en": "Undone: {changes}", "es": "Deshecho: {changes}"},
    "not_undone": {
        "pt": "Não posso desfazer isto, e continua como está: {changes}",
        "en": "I cannot undo this, and it stands as it is: {changes}",
        "es": "No puedo deshacer esto, y queda como está: {changes}",
    },
    "nothing_to_undo": {
        "pt": "Não há nada para desfazer.",
        "en": "There is nothing to undo.",
        "es": "No hay nada que deshacer.",
    },
    "nothing_to_confirm": {
        "pt": "Não há nada para confirmar.",
        "en": "There is nothing to confirm.",
        "es": "No hay nada que confirmar.",
    },
    "kept_answer": {
        "pt": "(resposta de {time}; escreva *atualizar* para refazer)",
        "en": "(answer from {time}; write *refresh* for a new one)",
        "es": "(respuesta de las {time}; escriba *actualizar* para rehacerla)",
    },
}

_RESETS = frozenset(
    {
        "/reset",
        "esquece tudo",
        "esqueca tudo",
        "comecar de novo",
        "forget everything",
        "start over",
        "olvida todo",
        "empezar de nuevo",
    }
)
_PERSON_WISHES = re.compile(
    r"\b(falar|conversar|atendimento) com (um |uma |algum |alguma )?(humano|humana|pessoa|atendente|alguem)\b"
    r"|\b(quero|preciso de|chama|me passa) (um |uma |para |pra )?(humano|atendente|pessoa de verdade)\b"
    r"|\b(talk|speak) (to|with) (a |an )?(human|person|agent|someone)\b"
    r"|\bhablar con (un |una )?(humano|humana|persona|agente|alguien)\b"
)


def phrase(name: Phrase, language: Language = "pt", **values: str) -> str:
    return _TEXTS[name][language].format(**values)


def is_reset(text: str) -> bool:
    """Whether the person asks to start afresh, and says nothing else."""
    return _fold(text).strip(" .!") in _RESETS


def wants_person(text: str) -> bool:
    """Whether the person asks for a human being."""
    return bool(_PERSON_WISHES.search(_fold(text)))


def says_one_of(text: str, wishes: Sequence[str]) -> bool:
    """Whether the text is one of these, and nothing else; case, accents and the final point do not count."""
    said = _fold(text).strip(" .!?")
    return any(said == _fold(wish).strip(" .!?") for wish in wishes)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())
