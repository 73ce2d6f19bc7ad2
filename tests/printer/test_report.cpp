#include <doctest/doctest.h>

#include <string>

#include "workers/printer/commands.hpp"
#include "workers/printer/report.hpp"
#include "workers/printer/status.hpp"
#include "workers/printer/telemetry.hpp"

using namespace layerline::printer;

namespace {

Status merged(std::initializer_list<std::string> messages) {
  Status status;
  for (const std::string& bytes : messages) {
    const auto message = parse_message(bytes);
    REQUIRE(message.has_value());
    if (const auto* report = std::get_if<StatusReport>(&*message)) merge(status, *report);
  }
  return status;
}

}  // namespace

TEST_CASE("printer: report: invalid UTF-8 in a name is repaired, the state beside it is not lost") {
  const Status status = merged({"{\"print\":{\"command\":\"push_status\",\"msg\":0,"
                                "\"subtask_name\":\"W\xfcrfel\xc3\",\"gcode_state\":\"RUNNING\"}}"});
  CHECK(status.state == GcodeState::running);
  CHECK(status.subtask_name == "W?rfel?");
}

TEST_CASE("printer: report: numbers as strings and NaN are taken for what they are") {
  const Status status = merged({R"({"print":{"command":"push_status","msg":"0","gcode_state":"RUNNING","mc_percent":"37","layer_num":"12",)"
                                R"("bed_temper":NaN,"nozzle_temper":-Infinity,"print_error":"83918908","subtask_id":626732162}})"});
  CHECK(status.full_seen);
  CHECK(status.percent == 37);
  CHECK(status.layer == 12);
  CHECK(error_text(status.print_error) == "0500-803C");
  CHECK(status.subtask_id == "626732162");
}

TEST_CASE("printer: report: an ack that echoes the request's fields does not change the status") {
  const Status status = merged({R"({"print":{"command":"push_status","msg":0,"gcode_state":"IDLE","subtask_name":"mine"}})",
                                R"({"print":{"command":"project_file","result":"success","sequence_id":"9","subtask_name":"other"}})"});
  CHECK(status.subtask_name == "mine");
}

TEST_CASE("printer: report: a delta merges trays by id, a full report replaces them, an emptied slot goes") {
  const std::string two_trays = R"({"print":{"command":"push_status","msg":0,"gcode_state":"IDLE","ams":{"ams":[{"id":"0","tray":[)"
                                R"({"id":"0","tray_type":"PLA","tray_color":"FFFFFFFF"},)"
                                R"({"id":"2","tray_type":"PETG","tray_color":"000000FF"}]}]}}})";
  const std::string colour = R"({"print":{"command":"push_status","msg":1,"ams":{"ams":[{"id":"0",)"
                             R"("tray":[{"id":"2","tray_color":"FF0000FF"}]}]}}})";
  const std::string empty = R"({"print":{"command":"push_status","msg":1,"ams":{"ams":[{"id":"0","tray":[{"id":"0","state":26}]}]}}})";
  const Status changed = merged({two_trays, colour});
  REQUIRE(changed.trays.size() == 2);
  CHECK(changed.trays.at(2).material == "PETG");
  CHECK(changed.trays.at(2).colour == "FF0000FF");
  const Status emptied = merged({two_trays, empty});
  CHECK(emptied.trays.size() == 1);
  CHECK(emptied.trays.contains(2));
  CHECK(merged({two_trays, R"({"print":{"command":"push_status","msg":1,"ams":{"tray_exist_bits":"1"}}})"}).trays.contains(0));
  CHECK(!merged({two_trays, R"({"print":{"command":"push_status","msg":1,"ams":{"tray_exist_bits":"1"}}})"}).trays.contains(2));
}

TEST_CASE("printer: report: without `msg` a report is full only if it carries the state and the AMS or the upgrade state") {
  CHECK(merged({R"({"print":{"command":"push_status","gcode_state":"FINISH","upgrade_state":{"status":"IDLE"}}})"}).full_seen);
  CHECK(!merged({R"({"print":{"command":"push_status","gcode_state":"FINISH"}})"}).full_seen);
}

TEST_CASE("printer: report: bytes that are no JSON object are refused, however broken") {
  for (const std::string bytes : {"", "{", "[]", "{\"print\":", "\"\\", "{\"print\":{\"a\":\"\\ud800\"}", "nul"}) {
    CHECK(!parse_message(bytes).has_value());
  }
}

TEST_CASE("printer: commands: the start names the plate, our ids as strings, the mapping twice and the MD5 in capitals") {
  PrintRequest request{.printer = "p", .attempt = "a", .remote_name = "job-1893001-1.gcode.3mf", .subtask_id = 1893001,
                       .file_path = "x", .md5 = "7947ab", .use_ams = true, .ams_mapping = {3, -1, 254, 128}};
  const std::string command = project_file_command(20006, request, "ftp://");
  const auto has = [&](const char* text) { return command.find(text) != std::string::npos; };
  CHECK(has(R"("sequence_id":"20006","command":"project_file","param":"Metadata/plate_1.gcode")"));
  CHECK(has(R"("subtask_id":"1893001","subtask_name":"job-1893001-1","file":"job-1893001-1.gcode.3mf",)"
            R"("url":"ftp://job-1893001-1.gcode.3mf","md5":"7947AB")"));
  CHECK(has(R"("use_ams":true,"ams_mapping":[3,-1,254,128])"));
  CHECK(has(R"("ams_mapping2":[{"ams_id":0,"slot_id":3},{"ams_id":255,"slot_id":255},)"
            R"({"ams_id":254,"slot_id":0},{"ams_id":128,"slot_id":0}])"));
  CHECK(parse_message(command).has_value());
}

TEST_CASE("printer: report: what it measures is kept over deltas that do not say it, and told without the print's name") {
  const Status status = merged({R"({"print":{"command":"push_status","msg":0,"gcode_state":"RUNNING","subtask_name":"Ada","mc_percent":41,)"
                                R"("nozzle_temper":219.75,"nozzle_target_temper":220,"bed_temper":64.5,"wifi_signal":"-49dBm"}})",
                                R"({"print":{"command":"push_status","msg":1,"nozzle_temper":220.25,"bed_temper":-Infinity}})"});
  CHECK(telemetry_json(telemetry_of("main/p1", status, 1700000000000)) ==
        R"({"workshop":"main","printer":"p1","at_ms":1700000000000,"state":"running","percent":41,"layer":0,"total_layers":0,)"
        R"("remaining_minutes":0,"nozzle_celsius":220.25,"nozzle_target_celsius":220,"bed_celsius":64.5,"wifi_dbm":-49})");
}

TEST_CASE("printer: report: the H2 series packs the nozzle's target and its temperature into one number") {
  const Status status = merged({R"({"print":{"command":"push_status","msg":0,"gcode_state":"RUNNING",)"
                                R"("device":{"extruder":{"info":[{"id":0,"temp":14418150},{"id":1,"temp":25}]}}}})"});
  CHECK(status.temperatures.nozzle == 230);
  CHECK(status.temperatures.nozzle_target == 220);
}
