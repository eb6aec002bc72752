from django import forms
from django.utils.translation import gettext_lazy as _

from matching.joint.forms import AnswerApart, own_words

# What a later day shows in words; the first is the best.
HOW_IT_IS = [("better", _("Better")), ("same", _("The same")), ("worse", _("Worse"))]


class PrepareReset(AnswerApart):
    submit_label = _("Save my part")

    ask = own_words(
        _("One thing you would like to ask of the other"),
        help_text=_("Something they could do. “Ask me first before you suggest an answer.”"),
    )
    offer = own_words(
        _("One thing you offer to do yourself"), help_text=_("Something you can keep up. “I write by Thursday whether I can come.”")
    )


class SayHowItIs(AnswerApart):
    submit_label = _("Save my answer")

    how = forms.ChoiceField(label=_("How is it between you two now, compared with before?"), choices=HOW_IT_IS, widget=forms.RadioSelect)
