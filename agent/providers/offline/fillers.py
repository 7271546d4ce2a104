"""Words that carry no meaning of their own in a sales question: a question may hold any number of them."""

from typing import Final

FILLERS: Final[frozenset[str]] = frozenset(
    phrase.strip()
    for phrases in (
        # Portuguese: small words, courtesy, verbs of asking and showing
        "a, o, as, os, um, uma, uns, umas, de, do, da, dos, das, d, em, no, na, nos, nas, ao, aos, a, e, ou, que, q, "
        "qe, com, c, pra, pro, para, p, pras, pros, por, pelo, pela, pelos, pelas, se, la, ai, ae, aqui, ali, isso, "
        "isto, aquele, aquela, esse, essa, este, esta, ele, ela, eles, elas, dele, dela, deles, delas, voce, vc, "
        "vcs, voces, tu, te, lhe, me, mi, ja, so, mas, entao, tambem, tb, tbm, ate, ate o momento, agora, ainda, "
        "mesmo, bem, muito, mt, mto, pouco, qual, quais, ql, qais, qal, quanto foi, foi, foram, sao, e, era, esta, "
        "estao, ta, tao, tem, temos, teve, tiveram, tivemos, houve, ter, ha, deu, dao, da pra, quando, onde, como, "
        "porque, pq, sobre, entre, desde, durante, ser, sido, fica, ficou, ficaram, vai, vao, vem, vamos, ir, indo, "
        "anda, andam, per, ao todo, quero, queria, gostaria, gostaria de, preciso, precisava, posso, pode, podia, "
        "poderia, podes, consegue, consigo, conseguir, saber, ver, olhar, checar, conferir, me ve, me diz, me diga, "
        "diga, diz, dizer, me fala, me fale, fala, fale, falar, me mostra, me mostre, mostra, mostre, mostrar, "
        "me passa, me passe, passa, passe, passar, me da, me de, dar, traz, traga, trazer, me manda, me mande, "
        "manda, mostrame, lista, listar, liste, listagem, puxa, puxar, puxe, calcula, calcule, calcular, some, soma, "
        "somar, informa, informe, informar, me informa, me informe, conta, conte, contar, verifica, verifique, "
        "da uma olhada, olha, olhe, por favor, pf, pfv, pfvr, pls, favor, por gentileza, gentileza, porfa, porfavor, "
        "rapidinho, rapido, urgente, ne, hein, hem, cara, mano, amigo, amiga, chefe, gente boa, meu amigo, recado, "
        "assistente, obrigado desde ja, total, totais, geral, ao total, no total, em total, no geral, acumulado, "
        "acumulada, acumuladas, soma total, so isso, exatamente, exato, realizado, realizada, realizadas, "
        "realizados, feito, feitos, feita, feitas, registrados, registradas, fazendo, tivermos, produziu, gerou, "
        "geraram, gerados, gerado, gerar, trouxe, trouxeram, lugar, primeiro lugar, periodo, intervalo, data, base, "
        "lista de, dados, dado, relatorio, report, resumo de vendas, resumo das vendas, resumo dos pedidos, quadro, "
        "valores, numero, atualmente, ultimamente, momento, hoje em dia, la no, kk, kkk, rs, afinal, enfim, alias, "
        "bom, boa, ok, certo, legal, tipo, sim, quantia, tanto, tantos, todos, todas, todo, toda, algum, alguma, "
        "cada um, cada uma, num, numa, nesse, nessa, neste, nesta, desse, dessa, deste, desta, meu caro, caro, "
        "prezado, prezados, pessoal bom dia, entre si, respectivamente, separado, separadamente, juntos, junto, dai, "
        "mais uma coisa, outra coisa, outra pergunta, uma pergunta, pergunta, duvida, uma duvida, dinheiro, reais, "
        "real, r, rs$, brl, grana, estamos, tou precisando, to precisando, estou precisando, vou precisar, "
        "nosso amigo, ve, ver ai, ve ai, sei, saberia",
        "fechou, fecharam, fechamos, tirou, tiraram, tiramos, conseguiu, conseguiram, conseguimos, emplacou, levou, "
        "levaram, recebeu, receberam, recebemos, gerou, movimentou, movimentamos, alcancamos, esperando, achar, "
        "acha, saberia, mandar, aparece, apareceu, aparecem, compoe, somou, somaram, totalizou, totalizaram, deram, "
        "vieram, veio, ficamos, andou, andaram, iam, ia, estava, estavam, estivemos, era, eram, pega, pegar, pegue, "
        "busca, buscar, busque, levanta, levantar, consulta, consultar, analisa, analisar, entender, acompanhar, "
        "acompanha, msm, memo, viu, manda ver, contigo, falando, perguntar, saber de, querendo, gostava, tava, "
        "tavam, tao, tamo, tamos, bora, vish, opa, nossa senhora, minha nossa, po, poxa, tche, uai, ue, hum, ah, oh, "
        "ei, ta bom, beleza, show de bola, valeu ja, urgentemente, depressa, agora mesmo, neste momento, "
        "nesse momento, no momento, ao certo, mais ou menos, por acaso, de novo, novamente, ainda por cima, "
        "so pra saber, so para saber, pra eu saber, so uma duvida, sabe, sabe dizer, sabe me dizer, "
        "consegue me dizer, consegue ver, pode me dizer, pode ver, pode me passar, tem como, tem como ver, "
        "da pra ver, sera, sera que, fecha, fechando, cada qual, propria, proprio, algo, alguem, contei, somatorio",
        "tenho, parado em, parados em, travado em, deixa, deixe, deixa eu, deixa eu ver, deixa ver, deixa eu saber, "
        "me deixa ver, kd, cade, qnt, qnto q, precisando, precisando saber, to precisando, me envia, me envie, "
        "me enviar, falando de, to falando, tou falando, favorzinho, por favorzinho, obrigadinho, apenas, somente, "
        "total de, quanto e que, e que, viu, queria ver, consegue me passar, hein",
        # English
        "the, an, of, in, on, at, to, for, from, and, or, is, are, was, were, be, been, do, does, did, done, has, "
        "have, had, what's, what is, what was, what are, what were, whats, that, this, these, those, it, its, it's, "
        "they, their, he, she, his, her, him, you, your, there, here, please, plz, just, also, too, so, with, "
        "within, during, since, until, up, now, then, can you, could you, would you, can i, could i, may i, "
        "can i see, i want, i need, i want to know, i need to know, i'd like, i'd like to, i would like, "
        "i would like to, i'd like to know, i want to see, i need to see, i wonder, i was wondering, let me, "
        "let me know, let me see, show, show me, tell, tell me, give, give me, get, get me, list, see, view, check, "
        "know, find, find out, pull, pull up, calculate, compute, how about, what about, and what about, how, which, "
        "when, where, will, would, could, should, want, need, look, look up, overall, altogether, in total, all, "
        "any, some, one, ones, come, came, coming, generate, generated, generating, placed, received, bring, "
        "brought, amount, amounts, amount of, quick, quickly, hey recado, dear, buddy, mate, boss, s, re, ve, ll, "
        "so far, right now, currently, as of, total of, sum, sum of, out, doing, gotten, got, did they, have we, "
        "do we, did we, are we, much, many, by the way, btw, yes, sure, okay, hmm, well, really, actually, exactly, "
        "each one, were there, was there, is there, are there, there were, happened, go, went, going, went for, "
        "by far, today's, yesterday's, data, report on, money, brazilian reais, per se, between, over the, to me, "
        "question, another question, one more thing, both, worth, people, person, lets, let's, moved, "
        "volume of sales, placed orders",
        "still, overall figure, give us, i just want, i only need, just need, got, bring in, brought in, pull in, "
        "pulled in, take in, took in, taken in, rake in, raked in, book, booked, close out, looking, look like, "
        "looks, look at, like, going to be, goes, breakdown, figure, figure out, heads up, hi there, quick question, "
        "i'm looking for, i am looking for, looking for, asking, ask, wondering, share with me, help me, "
        "can you help me, can we see, could we see, lets see, let's see, think, say, said, sort, sorted, order by, "
        "respectively, separately, together, again, exact, precise, roughly, about how much, there's, that's, he's, "
        "she's, they're, we're, you're, who's, d, m, t, o'clock sharp, only, per favor, anyone",
        # Spanish
        "tuvimos, tuvo, tuvieron, tuve, logro, logramos, lograron, consiguio, conseguimos, cerro, cerraron, "
        "cerramos, llevamos, lleva, llevan, anda, andan, andamos, quedo, quedaron, quedamos, sumo, sumaron, recibio, "
        "recibimos, recibieron, trajo, trajeron, salio todo, esta yendo, estamos yendo, sabes, sabes decirme, "
        "puedes decirme, me dices, dices, decime, contame, pasarme, mandame, buscar, busca, revisa, revisar, "
        "consulta, consultar, exactamente, mas o menos, otra vez, de nuevo, en este momento, ahorita, porfis, "
        "vale ya, bueno, buen, bien, saludos, estimada, colega, cada cual, juntas, separados, por separado, fuiste, "
        "fuimos, estuvo, estuvieron, estuvimos",
        "el, la, lo, los, las, un, unos, unas, del, al, en, con, sin duda, y, e, u, o, que, cual, cuales, "
        "cuanto fue, es, son, fue, fueron, era, eran, ha, han, he, hemos, hay, hubo, habia, ser, estar, esta, estan, "
        "por favor, porfa, quiero, quisiera, queria, necesito, puedo, puedes, podrias, puede, podria, me puedes, "
        "me podrias, dime, digame, decir, decirme, dame, deme, muestra, muestrame, mostrame, ensename, pasame, "
        "listame, saber, conocer, calcula, calcular, tambien, pero, entonces, ya, solo, muy, mucho, mucha, muchos, "
        "ahora, aun, todavia, cuando, donde, hasta, hasta ahora, durante, desde, para, por, su, sus, le, les, se, "
        "si, eso, esto, ese, esa, esos, ellos, ella, ellas, usted, ustedes, tu, ti, te, tienes, tiene, tenemos, "
        "tengo, en total, generaron, genero, generado, realizados, realizadas, hechos, hechas, hicieron, hecho, va, "
        "vamos, van, dar, ver, hacer, lugar, amiga, jefe, estimado, quien fue, datos, dato, reporte, informe, "
        "cifras, dinero, cuanto es, a ver, al dia, cada uno, oye, che, me, gustaria, me gustaria, me gustaria saber, "
        "total general, actual, de acuerdo, favor de, cuantia, otra pregunta, una pregunta, pregunta, ambos, juntos, "
        "nada mas, tanto, usd hoy, fueran",
    )
    for phrase in phrases.split(",")
)
