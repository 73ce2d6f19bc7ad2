layerline_fuzz(fuzz_journal_rule SOURCES journal_rule.cpp LINK infra_journal)
