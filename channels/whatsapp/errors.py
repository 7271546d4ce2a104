"""Twilio's error codes: what to do about each, and what to tell the operator in three languages.

Sources: Twilio's error dictionary and its list of corresponding Twilio and WhatsApp codes. Twilio changes meanings
now and then, so an unknown code is judged by its HTTP status alone.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """`permanent`: the same send can never succeed. `wait`: seconds before another try, None for the usual pace.
    `template`: what was refused may be said by an approved template."""

    permanent: bool
    pt: str
    en: str
    es: str
    wait: float | None = None
    template: bool = False


def _final(pt: str, en: str, es: str) -> ErrorCode:
    return ErrorCode(True, pt, en, es)


def _by_template(pt: str, en: str, es: str) -> ErrorCode:
    return ErrorCode(True, pt, en, es, template=True)


def _later(pt: str, en: str, es: str, wait: float | None = None) -> ErrorCode:
    return ErrorCode(False, pt, en, es, wait)


_HOUR = 3600.0

CODES: dict[str, ErrorCode] = {
    "20003": _later(
        "A Twilio recusou a senha: confira TWILIO_ACCOUNT_SID e TWILIO_AUTH_TOKEN.",
        "Twilio refused the credentials: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        "Twilio rechazó las credenciales: revise TWILIO_ACCOUNT_SID y TWILIO_AUTH_TOKEN.",
        300.0,
    ),
    "20404": _later(
        "A Twilio não encontrou a conta: confira TWILIO_ACCOUNT_SID e TWILIO_API_BASE_URL.",
        "Twilio did not find the account: check TWILIO_ACCOUNT_SID and TWILIO_API_BASE_URL.",
        "Twilio no encontró la cuenta: revise TWILIO_ACCOUNT_SID y TWILIO_API_BASE_URL.",
        300.0,
    ),
    "20429": _later(
        "Pedidos demais à Twilio ao mesmo tempo; vai ser tentado de novo.",
        "Too many requests to Twilio at once; it will be tried again.",
        "Demasiadas solicitudes simultáneas a Twilio; se intentará de nuevo.",
    ),
    "21211": _final(
        "O número do destinatário não é válido.",
        "The recipient's number is not valid.",
        "El número del destinatario no es válido.",
    ),
    "21212": _final(
        "O remetente não é um número desta conta: confira TWILIO_WHATSAPP_FROM.",
        "The sender is no number of this account: check TWILIO_WHATSAPP_FROM.",
        "El remitente no es un número de esta cuenta: revise TWILIO_WHATSAPP_FROM.",
    ),
    "21408": _final(
        "A conta da Twilio não tem permissão para enviar a este país.",
        "The Twilio account may not send to this country.",
        "La cuenta de Twilio no tiene permiso para enviar a este país.",
    ),
    "21602": _final("A mensagem está vazia.", "The message is empty.", "El mensaje está vacío."),
    "21609": _final(
        "O endereço de retorno (StatusCallback) não é válido: confira PUBLIC_BASE_URL.",
        "The status callback's URL is not valid: check PUBLIC_BASE_URL.",
        "La URL de retorno (StatusCallback) no es válida: revise PUBLIC_BASE_URL.",
    ),
    "21610": _final(
        "A pessoa pediu para não receber mais mensagens deste número.",
        "The person asked to receive no more messages from this number.",
        "La persona pidió no recibir más mensajes de este número.",
    ),
    "21617": _final(
        "A mensagem passa de 1600 caracteres.",
        "The message is longer than 1600 characters.",
        "El mensaje supera los 1600 caracteres.",
    ),
    "21619": _final(
        "A mensagem não tem texto, arquivo nem modelo.",
        "The message has neither text nor file nor template.",
        "El mensaje no tiene texto, archivo ni plantilla.",
    ),
    "21620": _final(
        "O endereço do arquivo não é válido: confira PUBLIC_BASE_URL.",
        "The file's URL is not valid: check PUBLIC_BASE_URL.",
        "La URL del archivo no es válida: revise PUBLIC_BASE_URL.",
    ),
    "21623": _final(
        "A mensagem tem arquivos demais.",
        "The message has too many files.",
        "El mensaje tiene demasiados archivos.",
    ),
    "21654": _final(
        "Há variáveis de modelo sem o modelo (ContentSid).",
        "There are template variables without the template (ContentSid).",
        "Hay variables de plantilla sin la plantilla (ContentSid).",
    ),
    "21655": _final(
        "O modelo (ContentSid) não existe nesta conta da Twilio.",
        "The template (ContentSid) does not exist in this Twilio account.",
        "La plantilla (ContentSid) no existe en esta cuenta de Twilio.",
    ),
    "21656": _final(
        "As variáveis do modelo não são válidas.",
        "The template's variables are not valid.",
        "Las variables de la plantilla no son válidas.",
    ),
    "21910": _final(
        "Remetente e destinatário são de canais diferentes: TWILIO_WHATSAPP_FROM precisa começar com whatsapp:.",
        "Sender and recipient are of different channels: TWILIO_WHATSAPP_FROM must begin with whatsapp:.",
        "Remitente y destinatario son de canales distintos: TWILIO_WHATSAPP_FROM debe empezar con whatsapp:.",
    ),
    "60728": _later(
        "O limite de mensagens por hora foi atingido.",
        "The hourly limit of messages was reached.",
        "Se alcanzó el límite de mensajes por hora.",
        _HOUR,
    ),
    "63001": _later(
        "A Twilio não conseguiu entrar na conta do WhatsApp: confira o remetente no console da Twilio.",
        "Twilio could not sign in to the WhatsApp account: check the sender in Twilio's console.",
        "Twilio no pudo acceder a la cuenta de WhatsApp: revise el remitente en la consola de Twilio.",
        300.0,
    ),
    "63003": _final(
        "O WhatsApp não reconhece o destinatário.",
        "WhatsApp does not know the recipient.",
        "WhatsApp no reconoce al destinatario.",
    ),
    "63005": _final(
        "O WhatsApp não aceitou o conteúdo da mensagem.",
        "WhatsApp did not accept the message's content.",
        "WhatsApp no aceptó el contenido del mensaje.",
    ),
    "63007": _final(
        "O número da empresa não está ligado ao WhatsApp na Twilio: confira TWILIO_WHATSAPP_FROM.",
        "The company's number is not connected to WhatsApp at Twilio: check TWILIO_WHATSAPP_FROM.",
        "El número de la empresa no está conectado a WhatsApp en Twilio: revise TWILIO_WHATSAPP_FROM.",
    ),
    "63010": _later(
        "A Twilio está com problemas internos; vai ser tentado de novo.",
        "Twilio has internal trouble; it will be tried again.",
        "Twilio tiene problemas internos; se intentará de nuevo.",
        60.0,
    ),
    "63012": _later(
        "O WhatsApp está com problemas; vai ser tentado de novo.",
        "WhatsApp has internal trouble; it will be tried again.",
        "WhatsApp tiene problemas internos; se intentará de nuevo.",
        60.0,
    ),
    "63013": _final(
        "A mensagem fere as regras do WhatsApp.",
        "The message breaks WhatsApp's rules.",
        "El mensaje infringe las reglas de WhatsApp.",
    ),
    "63014": _final(
        "A pessoa bloqueou este número ou pediu para não receber mensagens.",
        "The person blocked this number or asked to receive no messages.",
        "La persona bloqueó este número o pidió no recibir mensajes.",
    ),
    "63015": _final(
        "A pessoa ainda não entrou no ambiente de testes (sandbox) do WhatsApp.",
        "The person has not joined the WhatsApp sandbox yet.",
        "La persona aún no se unió al entorno de pruebas (sandbox) de WhatsApp.",
    ),
    "63016": _by_template(
        "Passaram mais de 24 horas desde a última mensagem da pessoa: só um modelo aprovado pode ser enviado.",
        "More than 24 hours have passed since the person's last message: only an approved template may be sent.",
        "Pasaron más de 24 horas desde el último mensaje de la persona: solo se puede enviar una plantilla aprobada.",
    ),
    "63017": _later(
        "Mensagens demais por segundo nesta conta; vai ser tentado de novo.",
        "Too many messages a second in this account; it will be tried again.",
        "Demasiados mensajes por segundo en esta cuenta; se intentará de nuevo.",
    ),
    "63018": _later(
        "O limite de envio deste número no WhatsApp foi atingido.",
        "This number's sending limit on WhatsApp was reached.",
        "Se alcanzó el límite de envío de este número en WhatsApp.",
        60.0,
    ),
    "63019": _final(
        "A Twilio não conseguiu baixar o arquivo enviado.",
        "Twilio could not fetch the file that was sent.",
        "Twilio no pudo descargar el archivo enviado.",
    ),
    "63020": _final(
        "O convite da conta do WhatsApp Business ainda não foi aceito na Meta.",
        "The WhatsApp Business account's invitation was not accepted at Meta yet.",
        "La invitación de la cuenta de WhatsApp Business aún no fue aceptada en Meta.",
    ),
    "63021": _final(
        "O conteúdo da mensagem não tem um formato válido.",
        "The message's content is malformed.",
        "El contenido del mensaje no tiene un formato válido.",
    ),
    "63022": _final(
        "O certificado do número da empresa no WhatsApp não é válido.",
        "The certificate of the company's WhatsApp number is not valid.",
        "El certificado del número de la empresa en WhatsApp no es válido.",
    ),
    "63024": _final(
        "Este número não tem WhatsApp ou não pode receber a mensagem.",
        "This number has no WhatsApp or cannot receive the message.",
        "Este número no tiene WhatsApp o no puede recibir el mensaje.",
    ),
    "63025": _final(
        "O arquivo já tinha sido enviado ao WhatsApp com o mesmo nome.",
        "The file had already been sent to WhatsApp under that name.",
        "El archivo ya había sido enviado a WhatsApp con ese nombre.",
    ),
    "63027": _final(
        "O modelo não existe ou não foi aprovado neste idioma.",
        "The template does not exist or was not approved in this language.",
        "La plantilla no existe o no fue aprobada en este idioma.",
    ),
    "63028": _final(
        "O número de variáveis não é o que o modelo espera.",
        "The number of variables is not what the template expects.",
        "El número de variables no es el que espera la plantilla.",
    ),
    "63029": _final(
        "O aparelho da pessoa não conseguiu carregar o modelo.",
        "The person's device could not load the template.",
        "El dispositivo de la persona no pudo cargar la plantilla.",
    ),
    "63030": _final(
        "O WhatsApp não aceita um dos parâmetros da mensagem.",
        "WhatsApp does not accept one of the message's parameters.",
        "WhatsApp no acepta uno de los parámetros del mensaje.",
    ),
    "63032": _final(
        "O WhatsApp decidiu não entregar esta mensagem a esta pessoa.",
        "WhatsApp decided not to deliver this message to this person.",
        "WhatsApp decidió no entregar este mensaje a esta persona.",
    ),
    "63033": _final(
        "A pessoa não pode receber mensagens deste número.",
        "The person cannot receive messages from this number.",
        "La persona no puede recibir mensajes de este número.",
    ),
    "63037": _later(
        "A Twilio não conseguiu passar o arquivo ao WhatsApp; vai ser tentado de novo.",
        "Twilio could not hand the file to WhatsApp; it will be tried again.",
        "Twilio no pudo pasar el archivo a WhatsApp; se intentará de nuevo.",
        60.0,
    ),
    "63038": _later(
        "O limite diário de mensagens da conta foi atingido.",
        "The account's daily limit of messages was reached.",
        "Se alcanzó el límite diario de mensajes de la cuenta.",
        _HOUR,
    ),
}


# Limits of the account or of its number: the next part would be refused as well, whoever it is for.
SENDERS_LIMITS = frozenset({"20429", "60728", "63017", "63018", "63038"})


def explain(code: str, language: Literal["pt", "en", "es"] = "pt") -> str:
    """What the code means, for an operator; empty when it is not known here."""
    known = CODES.get(code)
    if known is None:
        return ""
    return {"pt": known.pt, "en": known.en, "es": known.es}[language]
