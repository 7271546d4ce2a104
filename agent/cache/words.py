"""The closed lists by which two spellings of a question are one, and by which a question leans on another. No rules."""

from typing import Final


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# At the very beginning, before what is asked.
GREETINGS: Final = (
    "oi|oie|ola|opa|hello|hi|hi there|hey|hey there|hola|buenas|buenos dias|buenas tardes|buenas noches|buen dia|"
    "bom dia|boa tarde|boa noite|good morning|good afternoon|good evening|tudo bem|tudo bom|que tal|e ai|"
    "oi pessoal|ola pessoal|oi gente|bom dia pessoal|boa tarde pessoal|hi all|hello all|hi team|hola a todos"
)
# At either end.
COURTESIES: Final = (
    "por favor|por gentileza|pfv|please|pls|obrigado|obrigada|obg|brigado|thanks|thank you|thx|gracias|"
    "thanks a lot|many thanks|muito obrigado|muito obrigada|muchas gracias"
)
# At the end behind a pause: elsewhere it asks what something was worth.
PAUSED_THANKS: Final = "valeu|vlw"
# Beside a question these say nothing of it.
GESTURES: Final = frozenset("🙏👍👋🤝👏🙌😊😀😃😄😁🙂😉🤗🥰❤\ufe0f🏻🏼🏽🏾🏿")
# Spelled short, read at length.
SHORT: Final = {
    "vc": "voce",
    "vcs": "voces",
    "qto": "quanto",
    "qtos": "quantos",
    "qnto": "quanto",
    "hj": "hoje",
    "tb": "tambem",
    "tbm": "tambem",
}
# What a question begins with. Without a comma a greeting is one only before these: a customer may be called Bom Dia.
OPENERS: Final = _listed(
    "quanto quanta quantos quantas qual quais quem como onde quando que o me mostra mostre liste lista "
    "how what which who where when show list give tell "
    "cuanto cuanta cuantos cuantas cual cuales quien quienes donde cuando muestra dame dime"
)
# After these a name goes on: "a padaria de Por Favor".
BINDING: Final = _listed(
    "de do da dos das del la el los las of the to for from e y and ou or o a os as um uma un una an para pra com con "
    "with cliente customer loja tienda store"
)
# Words whose last accent people leave out although nothing else is meant; elsewhere it tells "ganó" from "gano".
UNACCENTED: Final = _listed(
    "até já só você vocês também três mês café pé fé será está estará porquê quê qué olá lá cá aí tú él más así mí "
    "sí té inglês japonês português francês josé andré pará amapá paraná maringá goiás"
)
# What points at something said before, or asks for more of it.
LEANING: Final = _listed(
    "ele ela eles elas dele dela deles delas nele nela neles nelas isso isto aquilo disso disto nisso nisto aquele "
    "aquela aqueles aquelas daquele daquela naquele naquela mesmo mesma mesmos mesmas outro outra outros outras "
    "tambem seu sua seus suas ai ali resto demais anterior anteriores "
    "continua continue detalha detalhe detalhes explica explique resume resuma refaz refaca repete repita novamente "
    "it its that those these them they their theirs he she him his her hers same other others another too also there "
    "previous former latter again continue elaborate rest "
    "ellos ellas eso esto aquello ese esa esos esas este estos estas aquel aquella mismo misma mismos mismas otro otra "
    "otros otras tambien su sus ello alli ahi demas continua repite explica resume "
    "esse essa esses essas este esta estes estas desse dessa deste desta nesse nessa neste nesta this"
)
# "Este mês" and "último mês" point at the calendar.
CALENDAR: Final = _listed(
    "dia dias semana semanas mes meses trimestre semestre bimestre quinzena ano anos anio año periodo "
    "day days week weeks month months quarter quarters half year years weekend finde fim"
)
POINTS_AT_CALENDAR: Final = _listed(
    "este esta estes estas esse essa deste desta desse dessa neste nesta nesse nessa this ese esa "
    "anterior anteriores previous mesmo mesma same"
)
# A question that begins so goes on with another one.
GOING_ON: Final = _listed(
    "e y and mas pero but ou or entao then entonces so agora ahora now tambem also tambien porque because why por"
)
# A whole question asks with one of these, or orders with one.
ASKING: Final = OPENERS - {"o", "me", "que"} | _listed(
    "que compare compara comparar mostrar listar is are did does do has have can any tem teve temos houve existe ha "
    "is hay hubo tuvimos tenemos vendemos vendi vendeu faturamos faturou vendas faturamento receita ranking top total "
    "meta ticket sales revenue orders ventas facturacion pedidos vendimos facturamos resumo summary resumen"
)
# What a company does by habit, asked of it as "vocês", "you", "ustedes".
COMPANY_DOES: Final = _listed(
    "entregam atendem aceitam trabalham abrem fecham funcionam parcelam emitem oferecem cobram enviam despacham "
    "instalam alugam financiam exportam deliver ship accept open close work offer charge issue install rent export "
    "operate serve envian aceptan trabajan abren cierran funcionan atienden emiten ofrecen cobran despachan "
    "instalan alquilan exportan"
)
# So said to the company, it is about one order, price or day that is spoken of, or about the asker herself.
IN_PARTICULAR: Final = _listed(
    "hoje amanha agora ja ainda logo ate antes depois enquanto quando sabado domingo segunda terca quarta quinta "
    "sexta me mim comigo meu minha meus minhas nos conosco nosso nossa nossos nossas tudo todos todas metade junto "
    "so se caso la ca aqui menos mais por tambem today tomorrow now yet still soon by before after until till while "
    "when monday tuesday wednesday thursday friday saturday sunday my mine me us our ours everything all half "
    "together only if here there less more hoy manana ahora ya aun todavia pronto hasta despues mientras cuando "
    "lunes martes miercoles jueves viernes mi mis mio mia conmigo nosotros nuestro nuestra nuestros nuestras todo "
    "mitad solo si aca alla mas"
)
