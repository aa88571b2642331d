"""The forms of English sentences whose grammar is certain, each with the question that it answers."""

_NUMBER = (
    r"(?:\d[\d.,]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|ninety)"
)
_ABOUT = r"(?:about |around |approximately |at least |at most |up to |over |more than |only )?"
_SPAN = (
    rf"{_NUMBER} (?:(?:working|business|calendar|full|consecutive) )?(?:minute|hour|day|week|month|year)s?\b"
)
_TIME = rf"{_ABOUT}(?P<answer>{_SPAN})"
_MONEY = (
    rf"{_ABOUT}(?P<answer>[€$£]\s?\d[\d.,]*\d(?: (?:million|billion))?"
    r"|\d[\d.,]* ?(?:EUR|USD|GBP|CHF|euros?\b|dollars|pounds|€|%|percent|per cent))"
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1\d|20)\d\d\b"
_DATE = (
    rf"(?P<answer>\d{{1,2}} {_MONTH}(?: {_YEAR})?|{_MONTH} \d{{1,2}}\b(?:, {_YEAR})?|{_MONTH} {_YEAR}"
    rf"|\d{{4}}-\d\d-\d\d"
    rf"|(?:the (?:early |late )?)?{_YEAR}(?!s)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\d{{1,2}}(?::\d\d| ?[ap]m))"
)
_ASIDE = r"(?: \([^)]*\))?(?:, [^,.;]{3,70},)?"
_S = rf"(?P<subject>(?:(?<=, )[a-z]|[A-Z])[\w’'-]*(?: [\w’'&-]+){{0,6}}?){_ASIDE}"
_PRED = r"(?P<pred>[a-z]+(?: [\w’'-]+){0,7}?)"
_DONE = r"(?:[a-z]+ed|born|built|made|held|written|sent|paid|given|sold|begun|taken|won|shown|chosen|set up|drawn up)"
_PLAIN = r"(?!(?:for|of|in|to|per|and|or|on|at|by|with|from)\b)[a-z-]+"
_HELPS = (
    r"(?P<aux>(?:is|are|was|were)(?= (?:\w+ed|paid|sent|made|given|held|ready|available|payable|due|valid"
    r"|possible|kept|open)\b)"
    r"|must|can|may|should|will)"
)
_IS = r"(?P<aux>is|are|was|were)"
_MADE = (
    r"(?P<made>founded|designed|built|created|developed|invented|discovered|established|elected|appointed|approved"
    r"|signed|managed|owned|published|introduced|proposed|launched|conducted|reviewed|checked|handled|organised"
    r"|organized|coordinated|formulated|commissioned|painted|composed|produced|directed|defeated|conquered|wrote)"
)
_NAME = r"[A-Z][\w’'.-]+(?: (?:of|the|de|van|von|and|[A-Z][\w’'.-]*))*(?<! of)(?<! and)(?<! the)"
_ROLE = (
    r"(?:manager|director|president|chair|chairman|chairperson|owner|author|ceo|founder|head|leader|officer|lead|king"
    r"|queen|minister|chancellor|commander|editor|architect|coordinator|supervisor|trustee|board|committee|team"
    r"|department|office|desk|administrator|treasurer|secretary|council|court|landlord|tenant|supplier|buyer|seller"
    r"|customer|client|employer|employee|contractor|nurse|doctor|teacher|student|agency|commission|company|bank)"
)
_DOES = (
    r"approves|pays|appoints|supervises|decides|signs|checks|reviews|handles|manages|provides|monitors|issues|keeps"
    r"|organises|organizes|maintains|audits|oversees|answers|coordinates|publishes|bears|updates|releases|confirms"
)
_ADJ = (
    r"(?:(?:mainly |primarily |also )?(?:familiar with|aware of|accompanied by|based on|subject to"
    r"|limited to|known for"
    r"|named after|derived from|covered by|famous for|composed of|measured in|accountable for|responsible for|made of"
    r"|divided into|entitled to|required for|required to bring|exempt from|equipped with|charged for|included in))"
)
_STOP = r"(?= (?:within|by|before|after|when|if|unless|until|and|at|for|on|as|in|only|every|to)\b|[.,;:(])"

PASTS_OF = dict(
    pair.split(":")
    for pair in (
        "conquered:conquer signed:sign deployed:deploy published:publish introduced:introduce adopted:adopt "
        "won:win joined:join became:become overthrew:overthrow sold:sell bought:buy opened:open launched:launch "
        "created:create founded:found built:build defeated:defeat invaded:invade annexed:annex visited:visit "
        "received:receive led:lead wrote:write acquired:acquire occupied:occupy passed:pass began:begin "
        "established:establish completed:complete elected:elect appointed:appoint approved:approve released:release "
        "announced:announce captured:capture proposed:propose formed:form abolished:abolish declared:declare "
        "ratified:ratify married:marry designed:design discovered:discover developed:develop moved:move left:leave"
    ).split()
)
"""A verb of the past -> the same verb behind "did"."""
_PASTS = "|".join(PASTS_OF)

_OBJECT = r"(?!(?:on|in|at|to|for|with|as|by|from|into|of)\b)[\w’'$€ -]{4,60}?"
_AFTER = r"(?= (?:and|with|which|that|as|by|after|when|while|because|where|to|at|from|in|on|for|[a-z]+ing)\b|[.,;:(])"
FORMS: tuple[tuple[str, str, float], ...] = (
    (
        rf"{_S} {_IS} (?P<pred>{_DONE}(?: [\w’'-]+){{0,5}}?) (?:on|in) {_DATE}",
        "When {aux} {subject} {pred}?",
        3.2,
    ),
    (rf"{_S} {_HELPS} (?:only )?{_PRED} within {_TIME}", "How soon {aux} {subject} {pred}?", 3.4),
    (
        rf"{_S} {_HELPS} {_PRED} (?:by|before|no later than) (?:the )?{_DATE}",
        "By when {aux} {subject} {pred}?",
        3.3,
    ),
    (
        rf"{_S} {_HELPS} {_PRED} at least {_TIME} (?:before|in advance)",
        "How early {aux} {subject} {pred}?",
        3.3,
    ),
    (rf"{_S} {_HELPS} {_PRED} (?:until|till) {_DATE}", "Until when {aux} {subject} {pred}?", 3.0),
    (rf"{_S} have to {_PRED} within {_TIME}", "How soon do {subject} have to {pred}?", 3.4),
    (rf"{_S} have to {_PRED} (?:by|before) (?:the )?{_DATE}", "By when do {subject} have to {pred}?", 3.4),
    (
        rf"{_S} {_IS} {_TIME}(?! rent|['’]| of\b| old| away| before| after| ago| per| an?\b| long)",
        "How long {aux} {subject}?",
        3.4,
    ),
    (
        rf"{_S} {_IS} (?P<pred>valid|available|closed|open|kept|stored|covered|retained|held|protected) for {_TIME}",
        "How long {aux} {subject} {pred}?",
        3.4,
    ),
    (
        rf"{_S} (?P<verb>takes?|lasts?|runs?|lasted|took) (?:for )?{_TIME}",
        "How long {do} {subject} {verb}?",
        3.3,
    ),
    (rf"{_S} (?P<verb>costs?|cost) (?!up to){_MONEY}", "How much {do} {subject} {verb}?", 3.4),
    (rf"{_S} {_IS} {_MONEY}(?<![%t])(?! (?:of|to|owned))", "How much {aux} {subject}?", 3.2),
    (rf"{_S} {_IS} {_MONEY}(?<=[%t])(?! (?:owned))", "What {aux} {subject}?", 3.1),
    (
        rf"{_S} (?P<verb>starts?|begins?|ends?|opens?|closes?|expires?|began|started|ended) (?:on|at|in) {_DATE}",
        "When {do} {subject} {verb}?",
        3.2,
    ),
    (rf"{_S} {_IS} (?:planned |scheduled )?(?:on|at|for) {_DATE}", "When {aux} {subject}?", 3.2),
    (rf"{_S} {_IS} due (?:on|by|before) (?:the )?{_DATE}", "When {aux} {subject} due?", 3.3),
    (rf"{_S} {_IS} open (?:from )?{_DATE}", "When {aux} {subject} open?", 3.2),
    (
        rf"{_S} (?:are entitled to|receive|get) (?P<answer>{_NUMBER} (?P<unit>(?:working |paid |calendar )?days))"
        r" of (?P<what>[a-z][\w -]{2,40}?)(?= (?:a|per|each|every|in|plus|for|after)\b|[.,;])",
        "How many {unit} of {what} do {subject} get?",
        3.8,
    ),
    (
        rf"{_S} (?P<verb>receive|get|earn|accrue|have|has|had|contains?|employs?|operates?|owns?|won"
        rf"|serves?) {_ABOUT}"
        rf"(?P<answer>{_NUMBER} (?P<unit>(?:{_PLAIN} ){{0,2}}[a-z]{{3,}}s))"
        r"(?= (?:a|per|each|every|in|at|on|and)\b|[.,;])",
        "How many {unit} {do} {subject} {verb}?",
        3.3,
    ),
    (
        rf"(?P<there>There) (?P<aux>are|were) {_ABOUT}(?P<answer>{_NUMBER} (?P<unit>(?:{_PLAIN}"
        rf" ){{0,3}}[a-z]{{3,}}s))"
        r" (?P<what>(?:in|at|on) [\w’' -]{3,40}?)(?= (?:and|with)\b|[.,;])",
        "How many {unit} {aux} there {what}?",
        3.2,
    ),
    (
        rf"{_S} (?P<verb>takes? place|is held|are held|is located|are located|was born|is situated|was"
        rf" held) (?:in|at|on)"
        rf" (?P<answer>(?:the )?(?!{_MONTH}){_NAME})",
        "Where {place}?",
        3.0,
    ),
    (
        rf"{_S} (?:is|are|was|were) (?:first |originally )?{_MADE} by (?P<answer>(?:the )?{_NAME}|the"
        rf" (?:\w+ )?{_ROLE})",
        "Who {made} {subject}?",
        3.3,
    ),
    (
        rf"(?P<answer>(?:The (?:[A-Z]\w+ )*[A-Z]\w+|{_NAME})) (?:first )?{_MADE}"
        r" (?P<what>the [\w’' -]{4,60}?|[A-Z][\w’' -]{4,40}?)(?= (?:in|on|by|at|and|from|with|as|to)\b|[.,;])",
        "Who {made} {what}?",
        3.0,
    ),
    (
        rf"(?P<answer>(?:The|Your|An?) (?:[\w-]+ ){{0,4}}?(?i:{_ROLE})) (?P<does>(?:{_DOES})(?: and (?:{_DOES}))?)"
        r" (?P<what>(?!within\b|in\b|on\b|by\b|for\b)[a-z](?:[\w’' €$-]|,(?=\d)){5,60}?)(?= (?:and|when"
        r"|if|within|before|after|by|on|at|with|under"
        r"|each|every)\b|[.;(]|,(?!\d))",
        "Who {does} {what}?",
        3.3,
    ),
    (
        r"(?P<answer>(?:The|Your) [a-z][\w ]{2,40}) is responsible for (?P<what>[a-z][\w' -]{3,50}?)[.,;]",
        "Who is responsible for {what}?",
        3.4,
    ),
    (
        rf"(?P<subject>The (?:[\w’-]+ ){{0,3}}?(?i:{_ROLE})(?: (?:of|for) [\w ]{{2,40}}?)?) (?P<aux>is|was)"
        r" (?P<answer>[A-Z][a-z]+ [A-Z][\w’-]+)",
        "Who {aux} {subject}?",
        3.5,
    ),
    (
        r"If (?P<clause>(?:you|the|your|an?) [\w’' -]{6,60}?), (?!(?:it|this|that|they)\b)",
        "What happens if {clause}?",
        3.0,
    ),
    (
        r"To (?P<task>[a-z]{3,} (?:an?|the|your|[a-z]+s|up|in|out|to|for)\b[\w’' -]{2,45}?), ",
        "How do I {task}?",
        3.1,
    ),
    (
        rf"{_S} (?:must|may|can) ?not {_PRED}(?= (?:when|if|unless|until|and|even|because|before|after)\b|[.,;:(])",
        "Can {subject} {pred}?",
        2.9,
    ),
    (
        rf"{_S} (?:can|may) (?P<pred>(?!not\b|be\b|also\b|only\b|\w+ly\b)[a-z]+ [a-z][\w’' -]{{4,50}}?){_STOP}",
        "Can {subject} {pred}?",
        2.4,
    ),
    (
        r"(?P<subject>(?:The|An?|Your) [a-z][\w-]*(?: [a-z][\w-]*){0,3}) must be"
        r" (?P<pred>[a-z]+ed|sent|kept|paid|given) (?:by|before|within|no later than|at least)\b",
        "When must {subject} be {pred}?",
        2.8,
    ),
    (rf"{_S} {_HELPS} (?P<pred>(?:be )?{_ADJ}) ", "What {aux} {subject} {pred}?", 2.7),
    (rf"{_S} {_IS} (?:mainly |often |primarily )?used (?:to|for) ", "What {aux} {subject} used for?", 2.7),
    (rf"{_S} {_IS} defined as ", "How {aux} {subject} defined?", 2.6),
    (
        rf"{_S} (?P<verb>consists? of|refers? to|includes?|covers?|means?) (?!that\b)[\w“\"]",
        "What {do} {subject} {verb}?",
        2.2,
    ),
    (
        rf"{_S} {_IS} (?P<pred>(?!because|not\b)[a-z]+ed(?: [\w’'-]+){{0,5}}?) because (?!of th)",
        "Why {aux} {subject} {pred}?",
        2.8,
    ),
    (
        r"(?P<subject>The (?:[a-z-]+ ){1,3}of (?:the |an? )?[\w’' -]{3,40}?) (?P<aux>is|are|was|were)"
        rf" (?=(?:the|an?|to|{_NUMBER}|[A-Z])\b)",
        "What {aux} {subject}?",
        2.5,
    ),
    (
        rf"{_S} (?P<aux>is|was) (?=(?:an?|the|one of the) [^.;]{{0,50}}\b(?:[a-z]+(?:ist|ician|ographer|onaut)"
        r"|king|queen|president|emperor|nobleman|poet|writer|author|general|duke|leader|philosopher|engineer|pope"
        r"|founder|politician|professor|doctor|lawyer|teacher|painter|composer|explorer|commander|minister)\b)",
        "Who {aux} {name}?",
        2.8,
    ),
    (
        rf"{_S} (?P<aux>are|were) (?=(?:the|a) (?:people|group|members|followers|descendants)\b)",
        "Who {aux} {subject}?",
        2.8,
    ),
    (
        rf"{_S} {_IS} (?!an? (?:basic|important|good|great|key|major|new|controversial|common)\b)(?=(?:an?"
        rf"|one of the|the (?:process|act|study|use|name|practice))\b[^.]{{28,}})",
        "What {aux} {thing}?",
        2.4,
    ),
    (rf"{_S} (?:must|should) (?!be\b|have\b|not\b)(?=[a-z]+ [\w’' -]{{9,}})", "What must {person} do?", 1.9),
    (
        rf"(?:In|On) {_DATE}, {_S} (?P<past>{_PASTS}) (?P<what>{_OBJECT}){_AFTER}",
        "When did {subject} {past} {what}?",
        3.1,
    ),
    (
        rf"{_S} (?P<past>{_PASTS}) (?P<what>{_OBJECT}) (?:in|on) {_DATE}",
        "When did {subject} {past} {what}?",
        3.1,
    ),
    (
        rf"(?:In {_YEAR}, )?(?P<answer>The (?:[A-Z][\w’-]+ )*[A-Z][\w’-]+|{_NAME}) (?P<verbed>{_PASTS})"
        rf" (?P<what>the {_OBJECT}|[A-Z]{_OBJECT}){_AFTER}",
        "Who {verbed} {what}?",
        2.6,
    ),
    (
        rf"{_S} (?P<aux>are) (?=(?:an? |the )?(?:[a-z]+ )+?(?:that|which|used|who)\b)",
        "What are {thing}?",
        2.3,
    ),
    (rf"In (?:{_MONTH} )?(?P<answer>{_YEAR}), (?=[^.]{{30,}})", "What happened in {answer}?", 1.9),
)
"""How a sentence begins -> the question it answers, and how much such a question is worth to a reader."""
