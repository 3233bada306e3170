"""The ways out of the house: SMS, mail, web push, WeChat."""
