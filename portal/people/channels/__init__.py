"""Channels for messages: SMS, mail, web push, WeChat."""
