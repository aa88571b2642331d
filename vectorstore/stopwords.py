"""Function words of the languages that are told apart by them: too common to search for, and a mark of the language."""

ENGLISH = """
a about above after again against all also am an and any are as at be because been before being below between both
but by can cannot could did do does doing down during each few for from further had has have having he her here hers
herself him himself his how i if in into is it its itself just me might more most must my myself no nor not of off on
once only or other our ours ourselves out over own per please shall she should so some such than that the their theirs
them themselves then there these they this those through to too under until up us very was we were what when where
which while who whom whose why will with would you your yours yourself yourselves
s t d ll m re ve don isn aren wasn weren doesn didn hasn haven hadn won wouldn shouldn couldn
"""
GERMAN = """
aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dann das dass
dein deine dem den denn der des dessen die dies diese diesem diesen dieser dieses doch dort durch ein eine einem einen
einer eines er es etwas euch euer für gegen hat hatte hatten habe haben hier hinter ich ihm ihn ihnen ihr ihre ihrem
ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein keine keinen können könnte man mein meine mich mir
mit muss müssen nach nicht noch nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so soll sollen
sollte um und uns unser unsere unter vom von vor war waren warum was wann weil welche welchem welchen welcher welches
wem wen wenn wer werde werden wie wieder wieso wir wird wo wofür woher wohin wurde wurden würde während zu zum zur
zwischen über
"""
FRENCH = """
a ai ainsi alors après au aucun aussi autre aux avant avec avez avoir avons c ce ceci cela celle celui ces cet cette ceux
chaque chez comme comment combien d dans de des depuis deux dont du elle elles en encore entre est et eu eux était
étaient étant été être fait faire fut furent il ils j je jusqu l la le les leur leurs lors lui là m ma mais me mes moi
mon même n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut peuvent plus pour pourquoi qu quand que
quel quelle quelles quels qui quoi s sa sans se sera seront ses si soit son sont sous sur t ta te tes toi ton tous tout
toute toutes tu très un une vers vos votre vous y à
"""
SPANISH = """
a al algo alguna algunas alguno algunos ante antes aunque bajo bien cada como con contra cual cuales cuando cuanto cuanta
cuantos cuantas cuál cuáles cuándo cuánto cuánta cuántos cuántas cómo de del desde donde dónde dos durante e el él ella
ellas ellos en entre era eran es esa esas ese eso esos esta estaba estaban estas este esto estos está están fue fueron
ha había habían hace hacia han hasta hay la las le les lo los me mi mis muy más ni no nos nosotros o otra otras otro otros
para pero por porque qué que quien quienes quién quiénes se sea ser será si sido sin sobre son su sus sí también tan te
tiene tienen toda todas todo todos tu tus un una unas uno unos usted y ya yo
"""
ITALIAN = """
a ad agli ai al alla alle allo anche avere aveva c che chi ci come con contro cosa cui d da dagli dai dal dalla dalle dallo
degli dei del della delle dello di dopo dove e ed era erano essere fra gli ha hanno i il in io l la le lei li lo loro lui
ma mi mia mio ne negli nei nel nella nelle nello noi non nostra nostro o ogni per perché più qual quale quali quando quanta
quante quanti quanto quella quelle quelli quello questa queste questi questo se sei si sia sono stata stato su sua sue sugli
sui sul sulla sulle sullo suo suoi tra tu tutti tutto un una uno vi voi è
"""
PORTUGUESE = """
a ao aos apenas as até com como contra da das de dela dele deles depois do dos e ela elas ele eles em entre era eram essa
essas esse esses esta estas este estes está estão eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na nas
nem no nos nossa nosso não num numa o onde os ou para pela pelas pelo pelos por porque qual quais quando quanta quantas
quanto quantos que quem se seja sem ser seu seus sob sobre sua suas são também te tem têm tinha tu um uma uns você vocês à
às é
"""
DUTCH = """
aan al alle als alles andere ben bij daar dan dat de deze die dit doen door dus een en er ge geen had heb hebben heeft hem
het hier hij hoe hoeveel hun iets ik in is ja je jij jullie kan kunnen maar me meer men met mij mijn moet moeten na naar niet
niets nog nu of om omdat onder ons onze ook op over te tegen toch toen tot u uit uw van veel voor waar waarom wanneer want
waren was wat we wel welk welke werd werden wie wij wil worden wordt zal ze zei zelf zich zij zijn zo zonder zou
"""
POLISH = """
aby ale bardzo bez być był była było były bo co czy dla do gdy gdzie i ich ile im ja jak jaka jakie jaki jako je jego jej jest
jeszcze już każdy kiedy kogo który która które którzy kto lub ma mają może można na nad nie niego nim o od oraz po pod przed
przez przy są się ta tak także tam te tego tej ten to tylko tym u w we więc wszystkich z za ze że
"""
SWEDISH = """
alla att av bara blev bli blir de dem den denna deras dess dessa det detta dig din där efter eller en ett från får för ha
hade han hans har hon hur här i icke inte jag kan kunde man med men mig min mot mycket ni nu när någon några och om oss på
sedan sig sin sina ska skulle som så till under upp ut utan vad var vara varför varit vem vi vid vilka vilken vilket är över
"""
TURKISH = """
ama ancak bana bazı ben bir biz bu çok çünkü da daha de defa diye en gibi hangi hem hep her hiç için ile ise kadar kaç
ki kim mi mı mu mü ne neden nerede niçin niye nasıl o olan olarak oldu olduğu olduğunu ona onlar onu onun sen siz sonra şey
şu tüm üzere ve veya ya yani zaman
"""
VIETNAMESE = """
ai anh bao bị bởi các cái có của cho chỉ chúng cũng đã đang đâu để đến đi điều được gì giữa hay hơn họ không khi là lại
làm mà mỗi một nào này nên nếu người nhiêu như những nhất ở phải ra rất rồi sẽ sau tại theo thì trên trong trước từ tôi và
vào về vì với việc
"""
INDONESIAN = """
ada adalah agar akan anda apa apakah atau bagaimana bagi bahwa banyak belum berapa bisa dalam dan dapat dari dengan di dia
hanya harus hingga ini itu jika juga kami kapan karena ke kepada kita mana mengapa mereka namun oleh pada para saat saya
sebagai sebuah sebelum secara seperti serta setelah siapa sudah telah tentang tersebut tidak untuk yaitu yang
"""
RUSSIAN = """
а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее если есть еще же за
и из или им их к как какая какие какой каком когда кого который которая которые кто ли между меня мне может можно мы на над
надо наш не него нее нет ни них но о об однако он она они оно от по под после почему при с сам свой себя сколько со так
также такой там то того тоже только том ты у уже чего чей чем что чтобы эта эти это этого этой этот я
"""
GREEK = """
αλλά αν από αυτά αυτές αυτή αυτό αυτοί αυτός για γιατί δεν είναι είχαν είχε ένα ένας έχει έχουν η ήταν θα και κατά κάθε με μέσα μετά
μη μια μία να ο οι όπως ότι όταν που πού πόσα πόσες πόσο πόσοι πότε ποια ποιες ποιο ποιοι ποιος πριν προς πρέπει πώς πως σε στα
στη στην στις στο στον στους τα τη την της τι τις το τον του τους των ως
"""
ARABIC = """
في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين اللذان ما ماذا متى أين كيف كم لماذا هل أي أية من هو هي هم هن أن إن كان كانت
يكون تكون كانوا قد لا لم لن ليس ليست ثم أو أم و ف ب ل ك بين بعد قبل عند عندما كل بعض غير حتى إذا لكن منذ حول خلال أيضا كما
به بها له لها لهم فيه فيها منه منها عليه عليها إليه إليها هناك هنا الى او ان انه أنه إنه التى
"""
HINDI = """
का की के को में से ने पर और है हैं था थी थे हो होता होती होते यह वह ये वे इस उस इन उन एक कि जो तो भी ही नहीं या लिए साथ तक कर करने
किया गया गई गए क्या कब कहाँ कहां कैसे कौन किस किसने किसका कितना कितनी कितने क्यों अपने अपनी अपना द्वारा बाद जिस जिसे जब तब
"""

FUNCTION_WORDS = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "pl": POLISH,
    "sv": SWEDISH,
    "tr": TURKISH,
    "vi": VIETNAMESE,
    "id": INDONESIAN,
    "ru": RUSSIAN,
    "el": GREEK,
    "ar": ARABIC,
    "hi": HINDI,
}
STOP_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split()) for code, words in FUNCTION_WORDS.items()
}
