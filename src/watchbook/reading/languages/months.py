"""Names of months in every language whose dates are read → their number. Pure data, used by `reading.dates`."""

MONTHS = {name: number for number, names in enumerate(
    ("jan january januar janvier enero janeiro gennaio januari styczeń stycznia января январь jän jänner janv ene gen"
     " sty янв",
     "feb february februar février fevrier febrero fevereiro febbraio februari luty lutego февраля февраль févr fev lut фев",
     "mar march märz maerz mars marzo março marco maart marzec marca марта март mrz mär mrt",
     "apr april avril abril aprile kwiecień kwietnia апреля апрель avr abr kwi апр",
     "may mai mayo maio maggio mei maj maja мая май mag",
     "jun june juni juin junio junho giugno czerwiec czerwca июня июнь giu cze",
     "jul july juli juillet julio julho luglio lipiec lipca июля июль juil lug lip",
     "aug august août aout agosto augustus sierpień sierpnia августа август ago sie авг",
     "sep sept september septembre septiembre setembro settembre wrzesień września сентября сентябрь set wrz сен",
     "oct october oktober octobre octubre outubro ottobre październik października октября октябрь okt out ott paź окт",
     "nov november novembre noviembre novembro listopad listopada ноября ноябрь lis ноя",
     "dec december dezember décembre decembre diciembre dezembro dicembre grudzień grudnia декабря декабрь dez déc dic"
     " gru дек"),
    1) for name in names.split()}  # fmt: skip
