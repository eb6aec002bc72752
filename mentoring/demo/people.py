"""Invented people. Names are drawn so that a page meets long, short, accented and right-to-left ones."""

from random import Random

GIVEN = (
    "Aaliyah Aarav Adaeze Agnieszka Ahmed Aiko Alejandra Amina Anders Andrei Anwen Aroha Astrid Ayesha Bao Beatriz Bilal Brigid Callum "
    "Camille Catarina Chidi Chloé Daniel Deniz Devon Dmitri Ebele Eilidh Elif Emeka Esther Farah Fatima Femi Fionn Freya Gareth Giulia "
    "Grace Hana Hassan Hye-jin Ibrahim Ikram Ilse Imani Ingrid Isabel Jamal Jian Joao Kamala Katja Keiko Kofi Kwame Lakshmi Leila Levi "
    "Liam Lindiwe Lucía Luka Maeve Malik Mariam Mateo Matilda Mei Mia Mihail Mira Mohamed Nadia Naomi Ngozi Niamh Nikhil Noor Oksana "
    "Olu Omar Oskar Parisa Paulo Petra Quinn Rahel Ravi Rhys Rosa Ruben Sadia Samir Sanna Selin Shanice Siobhán Sofía Soraya Svetlana "
    "Tadeusz Tamara Tariq Thandi Tomás Tove Uma Václav Wanjiru Wei Xin Yasmin Yuki Yusuf Zainab Zofia"
).split()
FAMILY = (
    "Abara Adeyemi Ahlström Ali Almeida Anand Andersson Bailey Banerjee Barros Begum Bennett Berg Bianchi Boateng Brennan Castillo Chen "
    "Clarke Costa Dang Das Davies Demir Diallo Dlamini Doherty Edwards Eriksen Farouk Ferreira Fischer Fraser García Ghosh Gordon "
    "Haddad Hansen Hughes Hussain Ito Iyer Jansen Jones Kamau Kaya Kelly Khan Kim Kowalska Kruger Lam Larsen Lévesque Lopez Mahmoud "
    "Mbeki McKenna Mendes Mensah Mistry Moreau Morgan Nakamura Ncube Nguyen Novak Nwosu O’Connor Ogunleye Okafor Oliveira Osei Owusu "
    "Park Patel Petrov Pillai Quansah Rahman Rao Reid Rivera Rossi Ruiz Said Santos Sato Schmidt Shah Silva Singh Sokolov Sousa Tanaka "
    "Tembo Thomas Torres Usman Vargas Verma Virtanen Walsh Weber Williams Wood Yamada Yilmaz Zhang Zulu"
).split()
RIGHT_TO_LEFT = ("ליאור כהן", "مريم حداد", "سامر الخطيب", "נועה לוי")
PRONOUNS = ("she/her", "he/him", "they/them", "", "she/her", "he/him")
ZONES = ("Europe/London",) * 12 + ("Europe/Dublin", "Europe/Madrid", "Africa/Lagos", "Asia/Kolkata", "America/New_York", "Asia/Ho_Chi_Minh")


def names(draw: Random, how_many: int) -> list[str]:
    """`how_many` different full names."""
    found: dict[str, None] = dict.fromkeys(RIGHT_TO_LEFT)
    while len(found) < how_many:
        found[f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}"] = None
    mixed = list(found)[:how_many]
    draw.shuffle(mixed)
    return mixed
