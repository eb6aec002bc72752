"""What invented people wrote. Example data, not words of the product: left in English, as a program's own content is."""

TOPICS = (
    "How to read a p-value without panic",
    "Planning backwards from a deadline",
    "What to ask in a first tutorial",
    "Feedback on my opening two minutes",
    "Choosing between two modules",
    "Saying no to extra shifts in exam weeks",
    "How you take notes in lectures",
    "What to leave out of the poster",
    "Finding people to study with",
    "Writing to a lecturer I don’t know",
    "Rooms for next year",
    "My first lab report came back with a lot of red",
    "How to start when the page is empty",
    "Getting back into running",
    "A group project where two of us do the work",
    "Where to cook for less",
    "What your field work was really like",
    "Practising the interview for the placement",
    "Speaking up in seminars",
    "Homesick on Sundays",
    "How you plan a week with a part-time job",
    "Which societies are worth the Wednesday evening",
    "Reading faster in a second language",
    "Asking for extra time, and how that felt",
    "Explaining my course to my grandmother",
    "What I would like to learn from you about caring for a parent",
    "Two ways to revise, and which suits whom",
    "Money until the next loan payment",
    "A reference list that does not fall apart",
    "Showing you how we cook jollof at home",
    "What surprised each of us about the city",
    "How to disagree with a supervisor",
    "Preparing for the resit without dread",
    "A talk for the open day: who says what",
    "How to end a phone call politely",
    "Using the library’s study booths",
    "Learning some British Sign Language together",
    "A plan for the winter break",
    "What went well this month",
    "Things I wish I had known in week one",
    "How to ask for a reference",
    "Which emails need an answer, and which do not",
    "What a good question sounds like",
    "Presenting numbers to people who fear them",
    "A bad grade, and what came after it",
    "Working with somebody who is always late",
    "Reading the marking scheme together",
    "Keeping up with friends from home",
    "A first look at the dissertation",
    "How you found your placement",
    "Making a page of notes into five lines",
    "When to stop revising",
    "Sleep in the week before exams",
    "Whom to ask about a bursary",
    "Talking to a landlord about the heating",
    "A podcast worth an hour",
    "What I want to have done by summer",
    "Two drafts of the same paragraph",
)
TALKED_ABOUT = (
    "We went through the feedback line by line and found three things to keep.",
    "Mostly the timetable. We drew the week on paper and crossed out what can wait.",
    "We each told the other what was hard this month. It took longer than planned and that was fine.",
    "Practised the first two minutes, twice each.",
    "We compared how we take notes. Neither way is right for everything.",
    "Walked around the lake and talked about home.",
    "Read the job advert together and marked what it really asks for.",
    "We swapped: one explained regression, the other explained how to cold-call a charity.",
    "Short meeting. We only did the plan for the resit.",
    "Talked about the group project and wrote the message to the others together.",
    "We looked at rooms and at what each costs with bills.",
    "Tried the study booth. Too quiet for one of us, just right for the other.",
    "One of us had a hard week, so we mostly listened.",
    "We looked back at the last month and wrote down what we would do again.",
    "We planned the talk for the open day and shared out the slides.",
    "Cooked together and talked about first jobs.",
    "Sorted the reading list into now, later and never.",
    "We each brought one question. Both turned out to be about confidence.",
    "Read two abstracts aloud and asked what each of them promises.",
    "Talked about asking for help, and when each of us finds it hard.",
)
NEXT_TIME = (
    "Bring the draft of the introduction",
    "See how the message to the group went",
    "Try the plan for two weeks, then look again",
    "Each brings one article",
    "Decide about the spring module",
    "Tell each other how the first shift went",
    "Bring last week’s timetable, as it really was",
    "Look at the poster together before it is printed",
    "One of us shows the other their favourite place to study",
    "Choose which of the two summer schools to apply for",
    "Talk about what to do when a plan falls through",
    "Bring two questions each for the library tour",
)
# What somebody writes down under a topic beforehand.
POINTS = (
    "What I have tried so far\nWhere I get stuck\nWhat I would like from you",
    "Ten minutes are enough for this.",
    "I can bring mine, if you bring yours.",
    "First what went well, then the rest.",
    "Maybe on a walk rather than at a table?",
)
# In the order in which a pair finds its rhythm: each takes the place of the one before.
RHYTHMS = (
    "We meet every other week, on the day that suits us both",
    "We meet every week until the deadlines are over",
    "We meet for 45 minutes rather than an hour",
    "We keep a fixed time and only move it when one of us is ill",
)
DECISIONS = (
    "We take turns choosing the café",
    "Phones stay in the bag while we talk",
    "Whoever leads sends the plan the day before",
    "We begin with what went well",
    "Drafts are sent two days before we look at them",
    "We each bring one topic to every meeting",
    "What we say about family stays between us",
    "We ask before we give advice",
    "If one of us is late, the other waits fifteen minutes",
    "The last five minutes are for deciding what comes next",
    "We try one meeting a month outdoors",
    "Whoever cannot come says so by the evening before",
    "We speak English one time and Spanish the next",
    "We look at goals once a month, not every time",
    "One question at a time, and a pause before the answer",
    "We try the study booths instead of the café",
    "We share the cost of coffee, each in turn",
    "No work messages between us at weekends",
    "We write down one thing that each takes from a meeting",
    "We swap the chair by the window",
    "We look at feedback together before either answers it",
    "We keep ten minutes for what nobody planned",
    "A topic that was left over comes first the next time",
    "We walk for the first half hour",
    "We each read one page before we meet",
    "We tell each other when something was not helpful",
    "We meet in the library café in exam weeks",
    "Whoever brings a draft says what they want to hear about it",
    "We answer messages within two days",
    "We leave out what is only about marks",
    "We ask how the other is before we open the laptop",
    "We do the hard topic first",
    "We bring one example instead of three",
    "We stop when the hour is over, even in the middle",
    "We each name one thing that went better than last time",
    "We practise aloud and not on paper",
    "Links are shared in the thread, not in the meeting",
    "We take a break after half an hour",
    "We plan the next time before we part",
    "We say it when we do not know something",
    "We change the place once a month",
    "We ask each other for honest numbers",
    "We read feedback twice before we talk about it",
    "We keep a list of what worked",
    "We meet outside when it does not rain",
    "We put the next deadline at the top of the page",
    "Whoever talks less this time begins the next time",
    "We bring our own lunch",
    "We leave every second meeting without a plan",
    "We try to say it in one sentence first",
    "We do not correct each other’s spelling",
    "We say thank you for what helped",
    "We look at the calendar together once a month",
    "We keep the last question for the next time",
    "We start on time, whoever is there",
    "We draw it when words do not help",
)
# Not everybody gives a reason, each time.
REASONS = (
    "",
    "",
    "",
    "It would take a weight off me.",
    "So that both of us come prepared.",
    "We said so in passing last time. I would like us to mean it.",
    "Then neither of us has to be the one who asks.",
)
WORDS_OF_A_NO = ("", "I would like to try it the old way a little longer.", "Can we talk about it first?")
ACTIONS = (
    "Send the link to the writing centre",
    "Read the introduction and mark two places",
    "Ask the tutor about the deadline",
    "Bring the old exam papers",
    "Book a study room for the week after next",
    "Write down three things I am good at",
    "Look up the dates of the careers fair",
    "Try the new note-taking way in one lecture",
    "Send my timetable",
    "Write the first paragraph, however rough",
    "Find out who lends laptops",
    "Join one seminar discussion and say one thing",
    "Make a list of questions for the placement",
    "Show my slides to somebody who does not study this",
    "Call the housing office",
    "Try the fifteen-minute start on two mornings",
    "Look for an article that we both can read",
    "Ask a friend to join the study group",
    "Put the resit dates into both calendars",
    "Write back to the charity",
    "Fill in the form for extra time",
    "Bring photos from home",
)
GOALS = (
    "Speak up once in every seminar",
    "Hand in the lab report on time",
    "Find a way to revise that I can keep up",
    "Read a paper from start to end without giving up",
    "Feel at home in this city",
    "Learn to explain my work in plain words",
    "Find a placement for the summer",
    "Say no without a long excuse",
    "Ask better questions",
    "Give feedback that helps and does not hurt",
    "Write for half an hour, four days a week",
    "Get to know two people on my course",
    "Understand statistics well enough for my thesis",
    "Talk in front of twenty people",
    "Listen before I answer",
    "Plan a week and keep most of it",
    "Get better at cold emails",
    "Learn how to lead a meeting in which everybody speaks",
    "Choose a topic for the dissertation",
    "Make time for sport again",
    "See my own field through somebody else’s eyes",
    "Know what I want to do after the degree",
)
GOALS_TOGETHER = (
    "Give the talk at the open day together",
    "Read one book that neither of us would have chosen",
    "Run the five kilometres in spring",
)
WHY = ("", "", "Because I keep putting it off.", "It would make the rest easier.", "I would like to be able to do this without help.")
MESSAGES = (
    "Thank you for today. I left with a clear head.",
    "The tutor wrote back, and it is good news!",
    "I am running ten minutes late, sorry.",
    "I found the article you told me about. It is shorter than I feared.",
    "Shall we sit outside on Thursday if it is dry?",
    "I handed it in. Now I am going to sleep.",
    "How did the interview go? I thought of you this morning.",
    "The room is 2.14, not 2.41.",
    "I tried the fifteen-minute start, and it worked twice out of three.",
    "I have put one more thing on our agenda.",
    "Could you look at the first page? No hurry at all.",
    "I learned a word from you that I now use all the time.",
    "Good luck for tomorrow. You know more than you think.",
    "I spoke in the seminar today. Once, but still.",
    "The library is open until ten this week.",
    "Next week is full for me. The week after I have plenty of time.",
    "I made the soup that you described, and my flat smells like your stories.",
    "The form is in. That was easier with two.",
    "I have been thinking about what you asked. I will tell you when we meet.",
    "You were right about starting with the middle.",
    "My sister says hello, and that I sound calmer.",
    "There are two free places on the tour. Shall we both go?",
    "The first shift was fine. My feet disagree.",
    "I read your draft. The second page is the heart of it.",
)
# What is told of some pairs alone.
MESSAGE_BEFORE = "That was a good hour. I have put two things on the agenda for next time."
LAST_MESSAGE = "I found the book we talked about. I’ll bring it when we meet, so don’t buy it."
NOTE_OF_BOTH = "The four books we talked about:\n1. The one with the blue cover\n2. The long one, chapter 3 alone\n3. Yours\n4. Mine"
NOTE_OF_MENTEE = "Before Thursday: ask what the first year was really like. And say that I would like to talk about money once."
NOTE_OF_MENTOR = "Wait longer before I answer. Ask what has helped so far."
DECISIONS_SHOWN_FIRST = (
    "We walk for the first ten minutes before we sit down",
    "We meet every other week, on Thursdays at one",
    "Each of us picks one topic that has nothing to do with our studies",
)
REASON_SHOWN_FIRST = "I would like to know more of what you do on a free day, and you said the same."
DECISION_REOPENED = "We move our meetings to Saturday mornings"
ACTION_ASKED = "Introduce me to somebody from your old lab"
RESETS = (
    ("Ask me what I would like to talk about before you begin.", "I write down two topics by the evening before."),
    ("Tell me when I talk too long. I notice it too late.", "I stop after five minutes and ask you a question."),
    ("Tell me the day before if you cannot come.", "I say so when something is too much, instead of going quiet."),
)
REVIEWS = (
    {
        "went_well": "I ask more now, also in class. You never make me feel that I should know it already.",
        "more": "Time to try things out together",
        "less": "Moving our meetings at short notice",
        "next": "Go through my application for the lab",
        "say": "even",
    },
    {
        "went_well": "You tell me when I explain too much, and I like that.",
        "more": "Walking while we talk",
        "less": "",
        "next": "Hear how you study, I could use that",
        "say": "mine",
    },
)
WRITTEN_TOGETHER = (
    "We keep Thursdays, and say by Tuesday if one of us cannot come.\n\nEvery other time we try something out instead of talking about it."
)
FOR_WHOEVER_COMES_NEXT = "I would like to learn to listen longer. It helps me to know beforehand what you would like to talk about."
WHY_IT_ENDED = "My shifts have changed and I cannot keep the afternoons free. It was a good time."
WHERE = {
    "in_person": ("Student House café", "Library, second floor", "The bench by the lake", "Room 2.14"),
    "video": ("", "https://meet.northside.example/our-room"),
    "phone": ("",),
}
CANNOT_COME = ("", "I have a fever, sorry.", "My shift was moved. I’ll suggest new times.", "An exam was moved to that day.")
AS_I_REMEMBER = (
    "For me the walk back was the best part.",
    "I remember that we also talked about money, and that it helped.",
    "I was tired and said little. I liked that this was fine.",
)
GOOD, TAKE_WITH_ME, TO_YOU = (
    ("How often we laughed.", "That we kept our day, whatever came."),
    ("That asking early costs less than asking late.", "That I can explain what I do."),
    ("Thank you for never making me feel slow.", "You taught me more than you think."),
)
FINE = ("", "", "", "It goes well.", "We laughed a lot last time.", "I like that we take turns.", "", "I learned how to say no.")
UNEASY = (
    "I don’t always get to say what I came for.",
    "We mostly talk about what the other one wants to talk about.",
    "I left the last meeting feeling small.",
)
BUSY = ("Exams, so we met less.", "It is a busy time for both of us.", "")
LANGUAGES = ("Arabic", "Bengali", "French", "German", "Hindi", "Igbo", "Polish", "Portuguese", "Spanish", "Turkish", "Welsh", "Yoruba")
COURSES = (
    "Biology",
    "Computer Science",
    "Economics",
    "English",
    "History",
    "Law",
    "Mathematics",
    "Mechanical Engineering",
    "Medicine",
    "Nursing",
    "Psychology",
    "Social Work",
)
REQUEST = "Hello! I change courses in spring and would like to hear how others found their feet. Would you have a coffee with me?"
ACCESS_NEEDS = ("", "", "", "", "", "A room with a lift.", "I read lips, so please face me.", "Written notes after a call help me.")

# What a coordinator wrote down after calling both.
CALLS = (
    "Called both after lunch, each alone. One: “It is all right, I would like more of my own topics.” The other: “I talk a lot "
    "when I am nervous.” Both will bring one topic each next time. I call again in two weeks.",
    "Reached both, ten minutes each. Both say the meetings are too long after work. They will try forty minutes. Nobody else was there.",
    "Spoke with each for a quarter of an hour. One wishes to move the day, the other does not mind. They will settle it between them.",
)

CONCERN_CLOSED = (
    "We agreed on one hour a week, and now there is a message every evening that asks why I have not done more. "
    "I have said twice that it is too much. I do not want to stop, only not to dread my telephone."
)
CONCERN_ANSWER = (
    "Thank you for telling me. Nothing happens before you and I have spoken. May I call you tomorrow, or would you rather write?"
)
CONCERN_ADDED = "A call is fine, after five. Please say nothing about it yet."
CONCERN_CALL = "“It is the evenings. The meetings are good.” Would like fixed days for messages, and agrees that I talk with both."
CONCERN_ACTED = (
    "I have spoken with each of you, as with all pairs this month. Both of you named the messages. The suggestion is two days a week."
)
CONCERN_END = (
    "You wrote that it has been quiet for a week and that you want to go on. I ask you again in a month. Write here whenever you like."
)
CONCERN_OPEN = (
    "I told Tomasz in private why I missed three weeks. On Monday he mentioned it in front of two others. "
    "I do not think he meant harm, but I do not want him to look after us any more."
)
REFLECTION = "Last week I answered before Amara had finished. I want to count to five first, and to ask what she would like from me."

# What each of two fills in alone for their agreement: some of it alike, some of it not.
FILLED_IN = (
    {
        "who": "I am the first in my family here, and I would like somebody to think aloud with.",
        "learn": "To ask in a seminar without shaking",
        "rhythm": "Every other Thursday, an hour, in the Student House",
        "agenda": "Each of us puts one thing on it by Tuesday",
        "decide": "We both have to like it",
        "feedback": "Tell me soon, and when we are alone",
        "missed": "A line the day before is enough",
        "well": "I say “I don’t know” and feel fine",
    },
    {
        "who": "I had nobody to ask in my first year. And I want to learn to listen.",
        "learn": "To wait until a thought is finished",
        "rhythm": "Every other Thursday, an hour, in the Student House",
        "agenda": "Each of us puts one thing on it by Tuesday",
        "decide": "We try things for a month and then look",
        "feedback": "Rather in writing, so that I can think first",
        "missed": "A line the day before is enough",
        "pause": "Either of us can take two weeks off, no questions",
    },
)
# What two make of it where they said different things.
WRITTEN_INTO_IT = {
    "decide": "We decide together, and try it for a month. Either of us can open it again.",
    "feedback": "We say it soon, when we are alone. Whoever would rather write, writes.",
}
