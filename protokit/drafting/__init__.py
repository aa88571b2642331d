"""From a prompt to a Spec: everything a stakeholder first sees is decided here."""
