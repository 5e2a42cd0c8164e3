/// Which kind of decision model a folder holds, as transformers 5.23 finds it.
internal import Foundation
internal import TareCore
internal import TareEngine

/// Where the scores of options come from.
enum DecisionLayout: Sendable {
  /// The logits of label tokens.
  case labels
  /// A linear layer in a file of its own beside the weights.
  case head(file: URL, rows: DecisionRows)
  /// One in the model's weights.
  case saved(rows: DecisionRows)
  /// Sequences and a head of a package's own.
  case options(any OptionLayout.Type)
}

/// The rows of a head, and what becomes of its outputs.
struct DecisionRows: Sendable, Hashable {
  var count: Int
  /// The row of a question's first option, by type of question.
  var offsets: [DecisionQuestion.Kind: Int]
  var softCap: Double?
}

/// What a folder's files say of how the model is asked and read.
struct DecisionFiles {
  var settings = DecisionSettings()
  var layout = DecisionLayout.labels
  /// Whether tokens see those after them.
  var seesAhead = false
  /// The files that decide answers beside the model's own, as names and contents, for the digest.
  private(set) var record: JSONObject = [:]

  private static let heads = ["head.safetensors", "readout.safetensors"]
  /// The families beside whose weights transformers looks for a head.
  private static let familiesWithHeads: Set = [
    "gemma4", "qwen2", "qwen3_5", "qwen3_5_moe", "qwen3_5_text", "jev",
  ]

  /// - Throws: `TareError.badData` for a head that would be ignored, and for damaged files.
  init(_ url: URL) throws(TareError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return }
    let folder = ModelTextFolder(url, base: nil)
    do throws(TareError) {
      try read(folder)
    } catch {
      throw error.inside(url.path)
    }
  }

  private mutating func read(_ folder: ModelTextFolder) throws(TareError) {
    let config = try folder.object("config.json") ?? [:]
    let type = config["model_type"]?.string ?? ""
    if let found = try LetterLayouts.settings(of: folder) {
      guard !folder.hasHead else {
        throw .badData(
          place: "head", found: "a head file beside \(found.file) of a model that has none",
          accepted: "the model's own files")
      }
      settings = found.settings
      record[found.file] = .object(found.content)
      return
    }
    if let kind = try OptionLayouts.kind(of: folder, config) {
      layout = .options(kind)
      return
    }
    let codes = try folder.object("decision_config.json")
    let judge = try folder.object("judge_config.json")
    if codes?["codes"] != nil || judge != nil || folder.hasHead {
      try checkFamily(
        type,
        codes?["codes"] != nil
          ? "decision_config.json" : judge != nil ? "judge_config.json" : "head file")
    }
    if type == "jev" {
      try readSettings(folder)
      layout = .saved(rows: try Self.savedRows(config))
      try checkRows()
      return
    }
    if let codes, codes["codes"] != nil {
      try inside("decision_config.json") { (files) throws(TareError) in
        try files.readCodes(codes, folder)
      }
    } else if let judge {
      let calibration = try folder.object("calibration.json")
      try inside("judge_config.json") { (files) throws(TareError) in
        try files.readJudge(judge, calibration, isGemma: type.contains("gemma"), folder)
      }
    } else {
      guard !folder.hasHead else {
        throw .badData(
          place: "head", found: "a head file without judge_config.json or decision_config.json",
          accepted: "either beside it: without, the head would be ignored")
      }
      try readSettings(folder)
      return
    }
    try checkRows()
  }

  private mutating func inside(
    _ name: String, _ body: (inout DecisionFiles) throws(TareError) -> Void
  ) throws(TareError) {
    do throws(TareError) { try body(&self) } catch { throw error.inside(name) }
  }

  /// transformers reads such files beside a few families only, and else label logits.
  private func checkFamily(_ type: String, _ file: String) throws(TareError) {
    guard !Self.familiesWithHeads.contains(type) else { return }
    throw .badData(
      place: file, found: "a head beside a model of type '\(type)'",
      accepted:
        "\(Self.familiesWithHeads.sorted().joined(separator: ", ")): transformers ignores a "
        + "head beside others; remove its files to read label logits")
  }

  /// `decision.json` and `decision_template.jinja`.
  private mutating func readSettings(_ folder: ModelTextFolder) throws(TareError) {
    let name = "decision.json"
    if let json = try folder.object(name) {
      do throws(TareError) { settings = try DecisionSettings(json) } catch {
        throw error.inside(name)
      }
      record[name] = .object(json)
    }
    if let template = try folder.text("decision_template.jinja") { settings.template = template }
  }

  // MARK: - Heads

  /// vLLM's code readouts.
  private mutating func readCodes(
    _ json: JSONObject, _ folder: ModelTextFolder
  ) throws(TareError) {
    let names = (json["codes"]?.array ?? []).compactMap(\.string)
    guard !names.isEmpty, names.count == json["codes"]?.array?.count else {
      throw .badData(
        place: "'codes'", found: json["codes"]?.text() ?? "nothing", accepted: "strings")
    }
    guard let temperature = json["temperature"]?.number else {
      throw .badData(
        place: "'temperature'", found: json["temperature"]?.text() ?? "nothing",
        accepted: "a number")
    }
    let prompt = json["prompt"].map { $0.string ?? $0.text() } ?? "pplx"
    guard let template = DecisionTemplates.codes(prompt) else {
      throw .badData(
        place: "'prompt'", found: "'\(prompt)'",
        accepted: DecisionTemplates.codePromptNames.joined(separator: ", "))
    }
    let kinds = DecisionQuestion.Kind.allCases
    settings.labels = Dictionary(uniqueKeysWithValues: kinds.map { ($0, names) })
    settings.temperatures = Dictionary(uniqueKeysWithValues: kinds.map { ($0, temperature) })
    settings.template = template
    settings.noulOptions = ["false", "true"]
    seesAhead = json["attention_mode"]?.string == "noncausal_full_attention"
    layout = .head(
      file: try folder.head("readout.safetensors"),
      rows: DecisionRows(
        count: names.count, offsets: Dictionary(uniqueKeysWithValues: kinds.map { ($0, 0) })))
    record["decision_config.json"] = .object(json)
  }

  /// JEV.
  private mutating func readJudge(
    _ json: JSONObject, _ calibration: JSONObject?, isGemma: Bool, _ folder: ModelTextFolder
  ) throws(TareError) {
    let slots = json["slots"]?.object ?? [:]
    let verbalizers = (slots["verbalizers"]?.array ?? []).compactMap(\.string)
    guard let count = slots["num_slots"]?.int, count > 0, count < 1 << 20,
      verbalizers.count == slots["verbalizers"]?.array?.count
    else {
      throw .badData(
        place: "'slots'", found: slots.isEmpty ? "nothing" : JSONValue.object(slots).text(),
        accepted: "num_slots, verbalizers and ranges")
    }
    let ranges = try DecisionSettings.byKind(slots, "ranges", "[start, end)") {
      value -> Range<Int>? in
      let numbers = (value.array ?? []).compactMap(\.int)
      guard numbers.count == 2, value.array?.count == 2, numbers[0] >= 0, numbers[0] <= numbers[1],
        numbers[1] <= min(count, verbalizers.count)
      else { return nil }
      return numbers[0]..<numbers[1]
    }
    guard let calibration else {
      throw .badData(
        place: "calibration.json", found: "no such file", accepted: "one with per_kind")
    }
    settings.temperatures = try DecisionSettings.byKind(
      calibration, "per_kind", "numbers"
    ) { $0.number }
    settings.labels = ranges.mapValues { Array(verbalizers[$0]) }
    settings.template = (isGemma ? "<bos>" : "") + DecisionTemplates.jev
    settings.noulOptions = ["false", "true"]
    if let adapter = json["adapter_subfolder"] {
      guard adapter == .null || adapter.string != nil else {
        throw .badData(
          place: "'adapter_subfolder'", found: adapter.text(), accepted: "a string or null")
      }
      settings.adapter = adapter.string
    } else {
      settings.adapter = "adapter"
    }
    layout = .head(
      file: try folder.head("head.safetensors"),
      rows: DecisionRows(
        count: count, offsets: ranges.mapValues(\.lowerBound),
        softCap: try Self.softCap(json)))
    record["judge_config.json"] = .object(json)
    record["calibration.json"] = .object(calibration)
  }

  private static func softCap(_ json: JSONObject) throws(TareError) -> Double? {
    guard let value = json["softcap"], value != .null else { return nil }
    guard let cap = value.number, cap.isFinite, cap != 0 else {
      throw .badData(place: "'softcap'", found: value.text(), accepted: "a number other than 0")
    }
    return cap
  }

  /// transformers' own saved form.
  private static func savedRows(_ config: JSONObject) throws(TareError) -> DecisionRows {
    let place = "config.json"
    let count = config["num_verbalizers"].map { $0.int } ?? 24
    guard let count, count > 0, count < 1 << 20 else {
      throw .badData(
        place: "\(place), 'num_verbalizers'", found: config["num_verbalizers"]?.text() ?? "",
        accepted: "a positive whole number")
    }
    var offsets: [DecisionQuestion.Kind: Int] = [.noul: 0, .score: 2, .choice: 8]
    do throws(TareError) {
      if let given = config["offsets"], given != .null {
        offsets = try DecisionSettings.byKind(config, "offsets", "whole numbers") { value in
          value.int.flatMap { (0..<count).contains($0) ? $0 : nil }
        }
      }
      return DecisionRows(count: count, offsets: offsets, softCap: try softCap(config))
    } catch {
      throw error.inside(place)
    }
  }

  /// The labels of each type must be rows of the head.
  private mutating func checkRows() throws(TareError) {
    let rows: DecisionRows
    switch layout {
    case .labels, .options: return
    case .head(_, let found), .saved(let found): rows = found
    }
    for kind in DecisionQuestion.Kind.allCases {
      guard let offset = rows.offsets[kind], offset < rows.count,
        settings.labels[kind]?.isEmpty != true
      else {
        throw .badData(
          place: "head", found: "no rows for \(kind.rawValue) questions",
          accepted: "rows for noul, choice and score")
      }
      // What the head has no row for cannot be asked.
      let labels = settings.labels(of: kind)
      settings.labels[kind] = Array(labels.prefix(rows.count - offset))
    }
  }
}

extension ModelTextFolder {
  fileprivate var hasHead: Bool {
    file("head.safetensors") != nil || file("readout.safetensors") != nil
  }

  /// - Throws: `TareError.badData` where there is none.
  fileprivate func head(_ name: String) throws(TareError) -> URL {
    guard let file = file(name) else {
      throw .badData(place: name, found: "no such file", accepted: "the head's weights")
    }
    return file
  }
}
