# Parsers of foreign bytes at the edges of the system.
layerline_fuzz(fuzz_http_request SOURCES edges_http_request.cpp LINK infra_http)
layerline_fuzz(fuzz_client_address SOURCES edges_client_address.cpp LINK infra_http)
layerline_fuzz(fuzz_multipart SOURCES edges_multipart.cpp LINK infra_http)
layerline_fuzz(fuzz_stripe SOURCES edges_stripe.cpp LINK gateways_webhooks)
layerline_fuzz(fuzz_config SOURCES edges_config.cpp LINK infra_config)
