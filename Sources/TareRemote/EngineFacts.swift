/// What is known of one engine; forgotten when it stops answering, since another may be there afterwards.
internal import TareCore

struct EngineFacts: Sendable {
  /// What it calls its model.
  var name: String?
  /// Of a `tare serve` that calibrates its answers.
  var calibration: String?
  /// The most tokens of a text.
  var limit: Int?
  /// Whether it was asked for all that.
  var isAsked = false
  /// Whether it has been met (`RemoteEngine.meet`).
  var isMet = false

  var whole: String? { name.map { id in calibration.map { "\(id), calibrated by \($0)" } ?? id } }

  /// Takes what a reply says: as OpenAI lists models, and as TEI tells of its own.
  mutating func take(_ reply: JSONValue) {
    let model = reply["data"]?.array?.first
    name = (model?["id"] ?? reply["model_id"])?.string
    calibration = model?["calibration"]?.string
    limit = (model?["max_model_len"] ?? reply["max_input_length"])?.int.flatMap {
      $0 > 0 ? $0 : nil
    }
  }
}

/// The facts of all engines, and what they have in common.
struct EngineRecords: Sendable {
  var facts: [EngineFacts]
  /// Failures of each engine since its last answer, and whether somebody was told.
  var failures: [Int]
  var isTold: [Bool]
  /// Whether it stopped answering, and not yet answered again.
  var wasLost: [Bool]
  /// How often an engine came back.
  var returns = 0
  /// How texts go, and whether an engine has taken one so.
  var form: TextForm
  var isFormKnown = false
  /// What engines that score texts for a run are asked first.
  var meeting: Meeting?
  /// What the first of them answered.
  var probes: [Float]?

  init(count: Int, form: TextForm) {
    facts = Array(repeating: EngineFacts(), count: count)
    failures = Array(repeating: 0, count: count)
    isTold = Array(repeating: false, count: count)
    wasLost = isTold
    self.form = form
  }
}
