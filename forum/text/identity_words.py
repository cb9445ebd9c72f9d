"""Words that the identity hints know: what makes a street, a firm, a title; and what only looks so."""

from __future__ import annotations

STREETS = """
street st road rd lane ln avenue ave row drive court ct close place way terrace crescent boulevard blvd
square steps gardens grove mews parade walk wharf quay rise view hall house
"""
# Words for a street that ordinary sentences use as well: only after a number do they make an address.
PLAIN_STREETS = "close place way rise view hall house court drive row walk square steps gardens"

SERVICES = """
discord steam insta instagram telegram signal snap snapchat tiktok twitter reddit psn xbox gamertag handle
username nickname skype kik mastodon facebook threads bluesky twitch youtube wechat line viber linkedin
tumblr
"""

FIRMS = """
Ltd Limited Inc LLC LLP GmbH AG SE KG PLC Plc Corp Corporation Company Group Holdings Logistics Telecom
Transit Freight Systems Solutions Technologies Consulting Partners Airlines Airways Foods Bank Insurance
Dental Pharma Steelworks Motors Industries Electronics Energy Media Studios Supermarket Market Stores Hotel
Hotels Hospital Clinic Surgery School Academy College University Institute Council Trust Foundation Library
Nursery Hospice Infirmary Prison Constabulary Agency Ministry Brewery Bakery Pharmacy
"""
# Long public names of services: "the Harlow County Fire Service".
PUBLIC_SERVICES = (
    "(?:Fire|Ambulance|Police|Health|Postal|Prison|Rescue|Social) (?:Services?|Department|Board|Station)"
)

TITLES = "Dr Mr Mrs Ms Miss Mx Prof Professor Sir Dame Herr Frau Monsieur Madame Señor Señora"

RELATIONS = """
wife husband partner boyfriend girlfriend fiance fiancee ex boss manager supervisor lead leader director
chief colleague coworker co-worker teammate friend therapist doctor psychiatrist counsellor counselor nurse
brother sister mother father mum mom dad son daughter uncle aunt cousin neighbour neighbor landlord teacher
professor consultant carer flatmate roommate
"""

# Capitalised words that are no firm, no surname and no street.
_NOT_NAMES = """
I I'm I've I'll A An The My Our His Her Their Your It Its This That These Those And But Or So If When While
Since After Before Because At In On For From With To Of As By Not No Yes Then Now Here There What Why How
Who Where Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June
July August September October November December Spring Summer Autumn Fall Winter Christmas Easter Ramadan
Eid Diwali Hanukkah Thanksgiving Halloween New Year English German French Spanish Italian Polish Turkish
Arabic Hindi Russian Ukrainian Portuguese Dutch Swedish American British European African Asian Indian
Chinese Japanese God Jesus Allah Buddha Lord Mass Mom Mum Dad Mama Papa Mother Father Granny Grandma Grandpa
HR IT QA PR NHS ICU ER AI UK US USA EU TV ADHD PTSD OCD CBT GP DBT OK Zoom Teams Slack Excel Outlook Google
Netflix Spotify YouTube Instagram Facebook Twitter Reddit WhatsApp TikTok Discord Kindred Internet Earth
Europe Germany France Spain Italy England Scotland Wales Ireland America Canada Australia India China Japan
Poland Ukraine Turkey London Paris Berlin York
"""
NOT_A_NAME = frozenset(_NOT_NAMES.split())

# First words that make two capitalised words a place, a feast or a brand rather than a person.
_PLACE_STARTS = """
New San Santa Los Las Saint St Mount Lake North South East West Great Costa Hong Tel Rio Buenos Black Good
Happy Merry Big Little Mental Human Zoom Microsoft Google Apple Harry Long United Bank Boxing Mother's
Father's Remembrance Independence Labour Labor Social Corona Covid Red Prime Stack Star Game Lord
"""
PLACE_STARTS = frozenset(_PLACE_STARTS.split())

# Houses that carry the name of a place.
HOUSES = "University|College|School|Hospital|Institute|Academy|Faculty|Diocese|Archdiocese"

# People everyone may name.
_KNOWN = """
Albert Camus, Bell Hooks, Bob Ross, Brené Brown, Bruce Springsteen, Carl Jung, Carl Rogers,
Christina Maslach, David Bowie, Elon Musk, Franz Kafka, Fred Rogers, Harry Potter, Jeff Bezos, Jesus Christ,
Johnny Cash, Jon Kabat-Zinn, Leonard Cohen, Marcus Aurelius, Mary Oliver, Maya Angelou, Nina Simone,
Oliver Sacks, Sherlock Holmes, Sigmund Freud, Steve Jobs, Sylvia Plath, Taylor Swift, Van Gogh,
Viktor Frankl, Virginia Woolf, Winnie Pooh
"""
WIDELY_KNOWN = frozenset(_KNOWN.replace("\n", " ").strip().split(", "))

# First names common enough that a capitalised word after one is a surname.
_FIRST_NAMES = """
Aaron Abdul Adam Adrian Agnieszka Ahmed Aisha Alan Albert Alejandro Alex Alexander Alexandra Alice Alina
Alison Amanda Amber Amina Amir Amy Ana Andrea Andreas Andrew Angela Anita Anja Ann Anna Annabelle Anne
Annette Anthony Antonio Arjun Arthur Barbara Beatrice Ben Benjamin Bernd Beth Birgit Brandon Brian Bruce
Camille Carla Carlos Carmen Carol Caroline Catherine Charles Charlotte Chiara Chloe Chris Christian
Christina Christine Christopher Claire Clara Claudia Colin Daniel Daniela David Deborah Denis Dennis Derek
Diana Diego Dmitri Dominik Donna Dorothy Edward Elaine Eleanor Elena Elizabeth Ella Ellen Emil Emily Emma
Eric Erik Esther Eva Eve Fatima Felix Fiona Florian Frances Frank Frederick Gabriel Gareth Gary Geoffrey
George Giulia Gordon Grace Graham Grzegorz Hannah Hans Harry Hassan Heather Heike Helen Helena Henry Hugh
Ian Ibrahim Ingrid Irene Isaac Isabel Isabella Isak Ivan Jack Jacob Jakub James Jan Jana Jane Janet Jason
Javier Jean Jennifer Jeremy Jessica Joan Joanna Johanna John Jonas Jonathan Jose Josef Joseph Joshua Joyce
Juan Judith Julia Julian Julie Jürgen Karen Karin Karl Katarzyna Kate Katharina Katherine Kathleen Keith
Kelly Kenneth Kevin Klaus Kumar Lars Laura Lauren Lea Leah Lena Leo Leon Leonie Liam Lily Linda Lisa Louis
Louise Lucas Lucia Lucy Luis Luke Magdalena Marco Margaret Maria Marie Marion Mark Marta Martin Mary Mateo
Matthew Matthias Maya Megan Mehmet Melanie Michael Michelle Miguel Mohamed Mohammed Monika Muhammad Nadia
Nancy Natalia Natalie Nathan Neil Nicholas Nicola Nicole Nina Noah Nora Olga Oliver Olivia Omar Oscar Pamela
Patricia Patrick Paul Paula Pedro Peter Petra Philip Pierre Piotr Priya Rachel Rahul Raj Ralf Rebecca
Richard Robert Robin Roger Roland Rosa Rose Ruth Ryan Sabine Sally Samantha Samuel Sandra Sara Sarah Scott
Sean Sebastian Sergei Sharon Silke Simon Sofia Sophia Sophie Stefan Stephanie Stephen Steven Stuart Susan
Susanne Sven Sylvia Tamara Tanja Teresa Theresa Thomas Timothy Tobias Tom Tracy Ursula Uwe Valentina Vanessa
Vera Veronica Victor Victoria Vincent Walter Wayne Wendy William Wolfgang Yasmin Yusuf Zoe
"""
FIRST_NAMES = frozenset(_FIRST_NAMES.split())

NUMBER_WORDS = "zero oh one two three four five six seven eight nine double triple ten eleven twelve"

MONTHS = """
january february march april may june july august september october november december jan feb mar apr jun
jul aug sept sep oct nov dec
"""
# Days that say nothing about a person: day and month.
SHARED_DAYS = frozenset(
    {
        (1, 1),
        (14, 2),
        (8, 3),
        (1, 4),
        (1, 5),
        (4, 7),
        (11, 9),
        (31, 10),
        (24, 12),
        (25, 12),
        (26, 12),
        (31, 12),
    }
)
