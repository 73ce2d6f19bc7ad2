# What shops elsewhere send: signatures and notifications.
layerline_fuzz(fuzz_shop_webhooks SOURCES shops_webhooks.cpp LINK gateways_webhooks)
