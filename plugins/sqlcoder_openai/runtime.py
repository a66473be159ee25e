"""The runtime `openai`: a server is asked over HTTP."""

from __future__ import annotations

from sqlcoder_core.api import RemoteRuntime


class OpenaiRuntime(RemoteRuntime):
    """Any server that speaks the OpenAI protocol: vLLM, llama-server, Ollama, TGI."""

    name = "openai"
