"""Aurora Distribuidora, the invented company that Recado shows itself with: food, drinks and cleaning goods."""

from functools import lru_cache

from models.demo.company import Company

_SALESPEOPLE = (
    "Marina Azevedo",
    "João Nogueira",
    "João Tavares",
    "Beatriz Sampaio",
    "Rafael Quintela",
    "Luciana Prates",
    "Thiago Bittencourt",
    "Camila Ferrari",
)

_CUSTOMERS = """
Supermercado Bom Preço|São Paulo|SP|Supermercado
Supermercado Estrela do Sul|Porto Alegre|RS|Supermercado
Supermercado Ipê Amarelo|Goiânia|GO|Supermercado
Supermercado Serra Azul|Belo Horizonte|MG|Supermercado
Supermercado Nova Aliança|Campinas|SP|Supermercado
Supermercado Beira-Rio|Recife|PE|Supermercado
Supermercado Família Lopes|Curitiba|PR|Supermercado
Supermercado Pinheirinho|Curitiba|PR|Supermercado
Rede Compre Fácil|Sorocaba|SP|Supermercado
Rede Ponto Certo|Salvador|BA|Supermercado
Atacado Horizonte|Contagem|MG|Atacado
Atacado Três Irmãos|Guarulhos|SP|Atacado
Atacado do Vale|São José dos Campos|SP|Atacado
Atacado Mar e Sol|Fortaleza|CE|Atacado
Mercearia da Dona Cida|São Paulo|SP|Mercearia
Mercearia São Jorge|Rio de Janeiro|RJ|Mercearia
Mercearia Boa Vista|Niterói|RJ|Mercearia
Mercearia do Portuga|Santos|SP|Mercearia
Mercearia Flor de Minas|Juiz de Fora|MG|Mercearia
Mercearia Central|Londrina|PR|Mercearia
Mercearia Vila Rica|Ouro Preto|MG|Mercearia
Mercearia Ponto Chic|Belo Horizonte|MG|Mercearia
Empório Santa Luzia|São Paulo|SP|Mercearia
Empório Raízes|Florianópolis|SC|Mercearia
Empório Grão Nobre|Curitiba|PR|Mercearia
Padaria Pão Dourado|São Paulo|SP|Padaria
Padaria Estação do Trigo|Campinas|SP|Padaria
Padaria Nossa Senhora|Rio de Janeiro|RJ|Padaria
Padaria Aurora da Serra|Petrópolis|RJ|Padaria
Padaria Massa Fina|Joinville|SC|Padaria
Padaria Real|Ribeirão Preto|SP|Padaria
Padaria Bella Napoli|São Paulo|SP|Padaria
Confeitaria Doce Encanto|Blumenau|SC|Padaria
Confeitaria Lua de Mel|Gramado|RS|Padaria
Restaurante Sabor da Terra|Brasília|DF|Restaurante
Restaurante Tempero Baiano|Salvador|BA|Restaurante
Restaurante Cantina do Nonno|Caxias do Sul|RS|Restaurante
Restaurante Maré Alta|Florianópolis|SC|Restaurante
Restaurante Fogão a Lenha|Uberlândia|MG|Restaurante
Restaurante Panela de Barro|Vitória|ES|Restaurante
Restaurante Quintal da Vó|Goiânia|GO|Restaurante
Restaurante Porto Velejado|Recife|PE|Restaurante
Churrascaria Gaúcha Querência|Porto Alegre|RS|Restaurante
Churrascaria Boi na Brasa|Brasília|DF|Restaurante
Pizzaria Forno de Ouro|São Paulo|SP|Restaurante
Pizzaria Bela Vista|Santo André|SP|Restaurante
Bar do Zeca|Rio de Janeiro|RJ|Bar
Bar Esquina 27|Belo Horizonte|MG|Bar
Bar e Petiscaria Maresia|Santos|SP|Bar
Bar Sete Cordas|Rio de Janeiro|RJ|Bar
Boteco do Bigode|Curitiba|PR|Bar
Choperia Água na Boca|Ribeirão Preto|SP|Bar
Lanchonete Ki-Delícia|Osasco|SP|Lanchonete
Lanchonete Parada Obrigatória|Jundiaí|SP|Lanchonete
Lanchonete Universitária|São Carlos|SP|Lanchonete
Hotel Praia Dourada|Natal|RN|Hotel
Hotel Vale das Águas|Foz do Iguaçu|PR|Hotel
Pousada Recanto dos Ipês|Campos do Jordão|SP|Hotel
Farmácia Vida Plena|São Paulo|SP|Farmácia
Farmácia São Lucas|Vitória|ES|Farmácia
"""

_PRODUCTS = """
Refrigerante Guaraná Lata 350ml|Bebidas|3.49
Refrigerante Cola 2L|Bebidas|8.90
Suco de Laranja Integral 1L|Bebidas|11.50
Suco de Uva Integral 1L|Bebidas|14.90
Água Mineral sem Gás 500ml|Bebidas|1.95
Água de Coco 1L|Bebidas|12.40
Cerveja Pilsen Lata 350ml|Bebidas|3.79
Energético Lata 250ml|Bebidas|7.60
Arroz Agulhinha 5kg|Mercearia|27.90
Feijão Carioca 1kg|Mercearia|8.40
Açúcar Cristal 5kg|Mercearia|19.90
Óleo de Soja 900ml|Mercearia|7.35
Farinha de Trigo 1kg|Mercearia|5.20
Macarrão Espaguete 500g|Mercearia|4.15
Sal Refinado 1kg|Mercearia|2.60
Azeite Extravirgem 500ml|Mercearia|38.90
Leite Integral 1L|Laticínios|5.49
Queijo Muçarela 1kg|Laticínios|42.80
Manteiga com Sal 200g|Laticínios|12.90
Requeijão Cremoso 200g|Laticínios|8.75
Creme de Leite 200g|Laticínios|3.95
Café Torrado e Moído 500g|Café e Matinais|24.90
Cappuccino 200g|Café e Matinais|15.80
Achocolatado em Pó 400g|Café e Matinais|9.60
Aveia em Flocos 500g|Café e Matinais|8.20
Biscoito Recheado 130g|Doces e Biscoitos|2.95
Biscoito Água e Sal 350g|Doces e Biscoitos|5.40
Chocolate ao Leite 90g|Doces e Biscoitos|6.80
Panetone de Frutas 500g|Doces e Biscoitos|21.90
Leite Condensado 395g|Doces e Biscoitos|7.20
Molho de Tomate 340g|Conservas e Molhos|3.65
Milho Verde em Lata 170g|Conservas e Molhos|4.30
Atum Sólido 170g|Conservas e Molhos|10.90
Maionese 500g|Conservas e Molhos|9.85
Detergente Neutro 500ml|Limpeza|2.75
Sabão em Pó 1,6kg|Limpeza|22.50
Água Sanitária 2L|Limpeza|7.90
Desinfetante Lavanda 2L|Limpeza|11.20
Papel Higiênico 12 rolos|Higiene|23.40
Sabonete Glicerinado 90g|Higiene|3.10
"""


@lru_cache(maxsize=1)
def aurora() -> Company:
    """The cast of the demo when nobody has brought another."""
    customers = [line.split("|") for line in _CUSTOMERS.strip().splitlines()]
    products = [line.split("|") for line in _PRODUCTS.strip().splitlines()]
    return Company.model_validate(
        {
            "name": "Aurora Distribuidora",
            "sender": _SALESPEOPLE[0],
            "salespeople": _SALESPEOPLE,
            "customers": [dict(zip(("name", "city", "state", "segment"), row, strict=True)) for row in customers],
            "products": [dict(zip(("name", "category", "price"), row, strict=True)) for row in products],
        }
    )
