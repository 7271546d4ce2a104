"""Three documents of a paint shop and what its people ask of them: written at one go, and nothing was tuned on them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.agent.knowledge.files import docx, xlsx

_PRICES: Final[Sequence[tuple[Any, ...]]] = (
    ("Código", "Produto", "Embalagem", "Preço (R$)", "Prazo de reposição"),
    ("TA-18", "Tinta acrílica fosca branca Litoral", "lata 18 L", 289.90, "pronta entrega"),
    ("TA-36", "Tinta acrílica fosca branca Litoral", "galão 3,6 L", 79.90, "pronta entrega"),
    ("TS-18", "Tinta acrílica semibrilho Litoral gelo", "lata 18 L", 349.00, "5 dias"),
    ("ES-09", "Esmalte sintético brilhante azul França", "quarto 0,9 L", 38.50, "pronta entrega"),
    ("ES-36", "Esmalte sintético brilhante preto", "galão 3,6 L", 112.00, "pronta entrega"),
    ("VZ-36", "Verniz marítimo incolor para madeira", "galão 3,6 L", 139.90, "10 dias"),
    ("MC-25", "Massa corrida PVA", "barrica 25 kg", 64.90, "pronta entrega"),
    ("MA-25", "Massa acrílica para fachada", "barrica 25 kg", 98.00, "3 dias"),
    ("SL-18", "Selador acrílico pigmentado", "lata 18 L", 149.00, "pronta entrega"),
    ("FZ-36", "Fundo zarcão para ferro", "galão 3,6 L", 104.50, "7 dias"),
    ("TX-25", "Textura rústica projetada", "balde 25 kg", 119.00, "12 dias"),
    ("RL-23", "Rolo de lã 23 cm com cabo", "unidade", 24.90, "pronta entrega"),
    ("PC-03", "Pincel trincha cerdas gris 3 polegadas", "unidade", 11.20, "pronta entrega"),
    ("LX-120", "Lixa d'água grão 120", "pacote com 50", 62.00, "pronta entrega"),
    ("FC-48", "Fita crepe 48 mm x 50 m", "rolo", 13.40, "pronta entrega"),
    ("LN-10", "Lona plástica preta 4 x 10 m", "unidade", 55.00, "2 dias"),
    ("AG-05", "Aguarrás mineral", "galão 5 L", 74.00, "pronta entrega"),
    ("TH-05", "Thinner para esmalte", "galão 5 L", 82.00, "pronta entrega"),
    ("IM-18", "Impermeabilizante para laje manta líquida", "balde 18 kg", 262.00, "8 dias"),
    ("CO-50", "Corante líquido amarelo ocre", "bisnaga 50 ml", 6.90, "pronta entrega"),
)
_TERMS: Final = (
    (
        "Pedidos",
        "O pedido mínimo é de R$ 800,00 para revendas e de R$ 150,00 para pintores cadastrados.",
        "Pedidos confirmados até as 11 horas saem no mesmo dia útil; depois disso, no dia útil seguinte.",
        "O cancelamento é aceito sem custo enquanto a nota fiscal não tiver sido emitida.",
    ),
    (
        "Pagamento",
        "Aceitamos Pix, boleto bancário e cartão em até 4 parcelas sem juros.",
        "Boletos a prazo dependem de análise de crédito, que leva dois dias úteis e pede contrato social e balanço.",
        "O atraso gera multa de 2 % e juros de 1 % ao mês, e suspende novas entregas até a quitação.",
    ),
    (
        "Entrega",
        "A entrega na capital leva dois dias úteis; no interior, de quatro a seis dias úteis.",
        "O frete é gratuito acima de R$ 1.500,00 na região metropolitana; fora dela é cotado com a transportadora.",
        "A descarga corre por conta do comprador, que precisa conferir os volumes na presença do motorista.",
        "Latas amassadas devem ser recusadas no ato e anotadas no verso do canhoto.",
    ),
    (
        "Devolução e garantia",
        "Produtos fechados podem ser devolvidos em até quinze dias, com a nota, e geram crédito para outra compra.",
        "Cores preparadas na máquina tintométrica não têm troca, pois são feitas sob encomenda.",
        "A garantia da tinta acrílica é de três anos contra descascamento, se o preparo da superfície foi seguido.",
        "Ferramentas têm noventa dias de garantia contra defeito de fabricação.",
    ),
    (
        "Representantes",
        "A comissão é de 4 % sobre o valor faturado e é paga no dia 10 do mês seguinte ao recebimento.",
        "Descontos acima de 7 % precisam da aprovação do gerente regional antes da proposta.",
        "Amostras são limitadas a três latas pequenas por cliente a cada trimestre.",
    ),
)
_QUESTIONS: Final = (
    (
        "Quanto rende uma lata de 18 litros?",
        "Cerca de 250 m² por demão em parede lisa e selada; em reboco novo, bem menos.",
    ),
    ("Quantas demãos são necessárias?", "Duas a três, com quatro horas de intervalo entre elas."),
    ("Posso pintar em dia de chuva?", "Não: espere a parede secar e a umidade do ar ficar abaixo de 85 %."),
    ("Como diluir o esmalte?", "Com até 10 % de aguarrás para pincel ou rolo; para pistola, use thinner."),
    ("A tinta tem cheiro forte?", "A linha Litoral é de baixo odor, e o quarto pode ser usado depois de três horas."),
    (
        "Vocês fazem cor personalizada?",
        "Sim, temos mais de duas mil cores na máquina; leve uma amostra do tom desejado.",
    ),
    ("Qual a validade da lata fechada?", "Trinta e seis meses, guardada em lugar seco e longe do sol."),
    (
        "O que fazer com a sobra?",
        "Feche bem, guarde de cabeça para baixo, e nunca jogue no ralo: recebemos latas vazias na loja.",
    ),
    (
        "Como me cadastro como pintor?",
        "Pelo site, com CPF e comprovante de endereço; o cartão do clube chega em uma semana.",
    ),
    (
        "Onde fica a loja e até que horas abre?",
        "Na Rua das Oficinas, 310; de segunda a sexta das 7h30 às 18h, sábado até as 13h.",
    ),
    (
        "Tem treinamento para aplicadores?",
        "Todo primeiro sábado do mês há um curso gratuito de textura e efeitos, com certificado.",
    ),
    ("Como remover mofo antes de pintar?", "Lave com água sanitária diluída pela metade, espere seis horas e enxágue."),
)

# Each with words that stand in the passage that answers it.
ASKED: Final[Sequence[tuple[str, str]]] = (
    ("quanto tá a lata de 18 litros da fosca branca?", "TA-18"),
    ("preço do galão da acrílica fosca Litoral", "TA-36"),
    ("tem semibrilho gelo? em quantos dias repõe?", "TS-18"),
    ("valor do esmalte azul França pequeno", "ES-09"),
    ("quanto custa o esmalte preto", "ES-36"),
    ("verniz para madeira marítimo tem quanto tempo de reposição", "VZ-36"),
    ("quanto sai a barrica de massa corrida", "MC-25"),
    ("massa para fachada preço", "MA-25"),
    ("selador pigmentado lata", "SL-18"),
    ("preciso de zarcão pra portão de ferro", "FZ-36"),
    ("a textura rústica demora quanto pra chegar no estoque?", "TX-25"),
    ("rolo de lã de 23", "RL-23"),
    ("me passa o preço da trincha de 3 polegadas", "PC-03"),
    ("lixa grão 120 vem com quantas no pacote", "LX-120"),
    ("fita crepe larga 48", "FC-48"),
    ("lona preta pra cobrir o chão", "LN-10"),
    ("aguarrás de 5 litros", "AG-05"),
    ("qual o preço do thinner", "TH-05"),
    ("impermeabilizante de laje quanto é o balde", "IM-18"),
    ("corante amarelo bisnaga", "CO-50"),
    ("qual o pedido mínimo pra revenda?", "pedido mínimo"),
    ("pintor cadastrado compra a partir de quanto", "pedido mínimo"),
    ("se eu fechar o pedido às 10 sai hoje ainda?", "11 horas"),
    ("dá pra cancelar o pedido sem pagar nada?", "cancelamento"),
    ("parcela no cartão em quantas vezes sem juros", "4 parcelas"),
    ("aceita pix?", "Pix"),
    ("quais documentos pra liberar boleto a prazo", "contrato social"),
    ("quanto tempo leva a análise de crédito", "análise de crédito"),
    ("multa por atraso no boleto", "multa de 2"),
    ("prazo de entrega no interior", "interior"),
    ("em quantos dias chega na capital?", "capital"),
    ("a partir de que valor o frete é grátis", "frete é gratuito"),
    ("quem descarrega o caminhão, a gente ou o motorista?", "descarga"),
    ("a lata chegou amassada, o que o cliente faz", "amassadas"),
    ("posso devolver produto fechado?", "quinze dias"),
    ("tem troca de cor feita na máquina tintométrica", "tintométrica"),
    ("garantia da acrílica contra descascar", "três anos"),
    ("pincel com defeito tem garantia de quantos dias?", "noventa dias"),
    ("quando cai a comissão dos representantes", "comissão"),
    ("até quanto de desconto posso dar sem aprovação do gerente", "Descontos acima"),
    ("quantas amostras posso deixar por cliente no trimestre", "Amostras"),
    ("quantos metros rende a lata grande de 18", "250 m²"),
    ("quantas demãos precisa dar", "Duas a três"),
    ("intervalo entre as demãos", "intervalo"),
    ("posso pintar com chuva?", "umidade do ar"),
    ("como dilui o esmalte pra passar com rolo", "10 % de aguarrás"),
    ("diluição para pistola", "pistola"),
    ("essa tinta tem cheiro?", "baixo odor"),
    ("depois de quanto tempo dá pra usar o quarto pintado", "três horas"),
    ("fazem cor sob medida a partir de uma amostra do tom", "duas mil cores"),
    ("quanto tempo dura a lata fechada na prateleira, validade", "Trinta e seis meses"),
    ("onde descarto lata vazia", "latas vazias"),
    ("o que faço com a sobra da tinta", "cabeça para baixo"),
    ("cadastro de pintor precisa de quais documentos", "comprovante de endereço"),
    ("em quanto tempo chega o cartão do clube", "cartão do clube"),
    ("qual o endereço da loja", "Rua das Oficinas"),
    ("que horas a loja abre no sábado", "sábado até as 13h"),
    ("tem curso de textura para aplicador?", "curso gratuito"),
    ("como tiro mofo da parede antes de pintar", "água sanitária"),
    ("o treinamento dá certificado", "certificado"),
)
UNANSWERABLE: Final = (
    "quantos funcionários a empresa tem?",
    "qual o CNPJ da filial de Recife?",
    "quem ganhou o jogo ontem?",
    "vocês vendem cimento e areia?",
    "qual a previsão do tempo para amanhã?",
    "como configuro o roteador da loja?",
    "qual o salário de um vendedor?",
    "tem vaga de estágio aberta?",
    "o dólar fechou em quanto?",
    "quando é o feriado municipal?",
    "qual o telefone do suporte de informática?",
    "como emito a segunda via do crachá?",
    "tem estacionamento para clientes?",
    "vocês exportam para o Paraguai?",
    "quem é o diretor comercial?",
    "qual a política de home office?",
    "tem seguro de vida para representante?",
    "alugam andaime?",
    "fazem obra de hidráulica?",
    "qual o nome do mascote da marca?",
)


def make_documents() -> Mapping[str, bytes]:
    """By the names of their files."""

    def write(document: Any) -> None:
        document.core_properties.title = "Condições comerciais"
        for number, (heading, *clauses) in enumerate(_TERMS, 1):
            document.add_heading(f"{number}. {heading}", 1)
            for at, clause in enumerate(clauses, 1):
                document.add_paragraph(f"{number}.{at} {clause}")

    asked = "\n\n".join(f"## {question}\n\n{answer}" for question, answer in _QUESTIONS)
    return {
        "tabela.xlsx": xlsx({"Tabela": _PRICES}),
        "condicoes.docx": docx(write),
        "perguntas.md": f"# Perguntas dos clientes\n\n{asked}\n".encode(),
    }
