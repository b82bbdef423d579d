"""WeChat's callback protocol and server API. Copy this folder into any asyncio project."""
