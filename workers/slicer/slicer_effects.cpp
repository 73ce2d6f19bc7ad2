#include "workers/slicer/slicer_effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "workers/slicer/analyze.hpp"
#include "workers/slicer/gcode_3mf.hpp"
#include "workers/slicer/model_facts.hpp"
#include "workers/slicer/print_facts.hpp"
#include "workers/slicer/slice.hpp"

namespace layerline::slicer {
namespace {

Command analyse(const blob::BlobStore& blobs, const effects::OpenEffect& effect) {
  const events::AnalyseModel& asked = effect.request.analyse_model();
  const auto path = blobs.get(asked.model());
  if (!path) return effects::FinishEffect{EffectId(effect.id), effects::Outcome::failed, path.error().message};
  PrintSettings settings;
  settings.density_g_cm3 = static_cast<double>(asked.density_ug_per_mm3()) / 1000.0;
  settings.infill_share = static_cast<double>(asked.infill_percent()) / 100.0;
  const auto analysis = analyze(*path, settings);
  if (!analysis) {
    if (analysis.error().kind == ModelErrorKind::unreadable)
      return effects::FinishEffect{EffectId(effect.id), effects::Outcome::failed, analysis.error().detail};
    return quotes::RecordRefusal{EffectId(effect.id), QuoteId(asked.quote()), FileId(asked.file()), ModelId(asked.model()),
                                 analysis.error().detail};
  }
  if (analysis->sliced && analysis->sliced->plates.size() > 1)
    return quotes::RecordRefusal{
        EffectId(effect.id), QuoteId(asked.quote()), FileId(asked.file()), ModelId(asked.model()),
        fmt::format("The sliced file holds {} plates; send one file for each plate.", analysis->sliced->plates.size())};
  quotes::RecordAnalysis found;
  found.effect = EffectId(effect.id);
  found.quote = QuoteId(asked.quote());
  found.file = FileId(asked.file());
  found.model = ModelId(asked.model());
  found.material_type = asked.material_type();
  found.infill_percent = asked.infill_percent();
  found.facts = facts_of(*analysis);
  found.milligrams = analysis->milligrams();
  found.print_ms = analysis->milliseconds();
  return found;
}

// A fresh folder, gone with its holder.
class Scratch {
 public:
  explicit Scratch(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

PackMetadata metadata_of(const events::SliceModel& asked, const SlicedInfo& info) {
  PackMetadata metadata;
  // G-code of a customer's own slicer says what printer it is for; only that one may print it.
  metadata.printer_model = info.printer_model.empty() ? asked.printer_model() : short_printer_model(info.printer_model);
  metadata.nozzle_mm = info.nozzle_mm.value_or(static_cast<double>(asked.nozzle_um()) / 1000.0);
  metadata.filament_type = asked.material_type();
  metadata.grams = info.grams();
  metadata.seconds = info.seconds();
  return metadata;
}

// G-code becomes the package that the printers take, stored before the command that names it.
Command pack(const blob::BlobStore& blobs, const std::filesystem::path& folder, const std::filesystem::path& gcode,
             const PackMetadata& metadata, const SlicedInfo& info, const effects::OpenEffect& effect) {
  const events::SliceModel& asked = effect.request.slice_model();
  const auto failed = [&](std::string why) { return effects::FinishEffect{EffectId(effect.id), effects::Outcome::failed, std::move(why)}; };
  const std::filesystem::path package = folder / "print.gcode.3mf";
  if (auto packed = pack_gcode_3mf(gcode, metadata, package); !packed) return failed(packed.error().detail);
  std::ifstream file(package, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto stored = blobs.put(bytes);
  if (!stored) return failed(stored.error().message);

  production::RecordPrintFile done;
  done.effect = EffectId(effect.id);
  done.production = ProductionOrderId(asked.production_order());
  done.origin = "sliced";
  done.file = {BlobHash(stored->hash),
               metadata.printer_model,
               micrometres(metadata.nozzle_mm),
               asked.material_type(),
               Mass{milligrams_of(metadata.grams)},
               milliseconds_of(metadata.seconds),
               info.plates.empty() ? 0 : static_cast<std::int64_t>(info.plates.front().layers.value_or(0)),
               {}};
  done.height_um = info.plates.empty() ? 0 : micrometres(info.plates.front().height_mm.value_or(0));
  return done;
}

Command slice_for(const blob::BlobStore& blobs, const SlicerPlace& place, const effects::OpenEffect& effect) {
  const events::SliceModel& asked = effect.request.slice_model();
  const auto failed = [&](std::string why) { return effects::FinishEffect{EffectId(effect.id), effects::Outcome::failed, std::move(why)}; };
  const auto model = blobs.get(asked.model());
  if (!model) return failed(model.error().message);
  const Scratch scratch(place.work_folder / effect.id);

  const auto upload = read_model(*model);
  if (upload && upload->kind == ModelKind::gcode && upload->sliced)
    return pack(blobs, scratch.folder(), *model, metadata_of(asked, *upload->sliced), *upload->sliced, effect);

  SliceJob job{.model = *model, .profile = place.profile, .work_folder = scratch.folder()};
  job.filament_type = asked.material_type();
  job.infill_share = static_cast<double>(asked.infill_percent()) / 100.0;
  const auto sliced = slice(job);
  if (!sliced) {
    const bool of_the_model = sliced.error().kind == SliceErrorKind::model || sliced.error().kind == SliceErrorKind::too_large;
    if (!of_the_model) return failed(sliced.error().detail);
    return production::RecordPrintFileRefusal{EffectId(effect.id), ProductionOrderId(asked.production_order()), sliced.error().detail};
  }
  SlicedInfo info;
  info.plates = {
      {.grams = sliced->grams, .seconds = sliced->seconds, .layers = sliced->layers, .height_mm = sliced->height_mm, .filaments = {}}};
  return pack(blobs, scratch.folder(), sliced->gcode, metadata_of(asked, info), info, effect);
}

}  // namespace

std::map<effects::Action, effects::Perform> slicer_effects(const blob::BlobStore& blobs, SlicerPlace place) {
  return {{events::EffectRequested::kAnalyseModel, [&blobs](const effects::OpenEffect& effect) { return analyse(blobs, effect); }},
          {events::EffectRequested::kSliceModel,
           [&blobs, place](const effects::OpenEffect& effect) { return slice_for(blobs, place, effect); }}};
}

}  // namespace layerline::slicer
