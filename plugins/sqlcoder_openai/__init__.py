"""Any server that speaks the OpenAI protocol: vLLM, llama-server, Ollama, TGI."""
