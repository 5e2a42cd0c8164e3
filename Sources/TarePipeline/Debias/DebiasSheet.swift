/// Responses beside their edits, and what the model makes of both.
internal import TareCalibration
internal import TareCore
internal import TareFormats
internal import TareStore

/// Every plain response with its edit, as pairs whose features are computed.
struct DebiasSheet {
  struct Place {
    let prompt: Int
    let role: Role
    let length: Double
    let editedLength: Double
    /// Whether the probe applies; otherwise the edit is the response itself.
    let isEdited: Bool
  }

  /// The edit as chosen, the response as rejected.
  private(set) var rows: [CandidateSet] = []
  private(set) var places: [Place] = []
  private(set) var ids: [String] = []

  init(_ candidates: CandidateSets, _ probe: any TextProbe.Type, seed: UInt64) {
    for row in candidates {
      let prompt = ids.count
      ids.append(row.id)
      for candidate in row.responses {
        let conversation = row.conversation(candidate)
        guard conversation.turns.isPlainResponse else { continue }
        let text = conversation.response
        let edited = TextProbes.edit(text, prompt: row.prompt, by: probe, seed: seed)
        places.append(
          Place(
            prompt: prompt, role: candidate.role, length: Double(text.unicodeScalars.count),
            editedLength: Double((edited ?? text).unicodeScalars.count), isEdited: edited != nil))
        rows.append(
          CandidateSet(
            id: "\(rows.count)", prompt: row.prompt,
            responses: [
              Candidate(role: .chosen, text: edited ?? text),
              Candidate(role: .rejected, text: text),
            ], context: row.context))
      }
    }
  }
}

/// Hidden states, half of the prompts for the fit and half held out.
struct DebiasStates {
  struct State {
    let prompt: Int
    let role: Role
    let plain: [Float]
    let edited: [Float]
    let length: Double
    let editedLength: Double
    let isEdited: Bool
  }

  /// Of the first half: responses that the probe edits.
  let fitted: [State]
  /// Of the first half: all responses.
  private let learned: [State]
  /// Of the second half: all responses.
  let heldOut: [State]

  /// - Parameter features: of the sheet's rows.
  init(_ sheet: DebiasSheet, _ features: [(chosen: [Float], rejected: [Float])]) {
    let states = zip(sheet.places, features).map { place, feature in
      State(
        prompt: place.prompt, role: place.role, plain: feature.rejected, edited: feature.chosen,
        length: place.length, editedLength: place.editedLength, isEdited: place.isEdited)
    }
    // By the prompts' ids alone, so that another model is judged on the same ones.
    let isHeldOut = sheet.ids.map { Digest(of: "debias \($0)").bytes[0] & 1 == 1 }
    learned = states.filter { !isHeldOut[$0.prompt] }
    heldOut = states.filter { isHeldOut[$0.prompt] }
    fitted = learned.filter(\.isEdited)
  }

  /// How scores of held-out responses change by the edit, and how they judge labelled pairs.
  ///
  /// - Parameter score: of a hidden state.
  func judged(_ name: String, _ score: ([Float]) -> Double) -> DebiasJudgement {
    DebiasJudgement(
      name, heldOut, plain: heldOut.map { score($0.plain) },
      edited: heldOut.map { score($0.edited) })
  }

  /// The head's scores less a curve over length that the first half of the prompts gave.
  ///
  /// - Returns: nil where the calibration cannot be fitted, as to responses of one length.
  func calibrated(_ method: String, _ score: (_ state: [Float]) -> Double) -> DebiasJudgement? {
    func table(_ states: [State], edited: Bool) throws(TareError) -> CalibrationTable {
      try CalibrationTable(
        scores: states.map { score(edited ? $0.edited : $0.plain) },
        values: states.map { edited ? $0.editedLength : $0.length }, covariate: .length,
        prompts: PromptGroups(states.map { "\($0.prompt)" }))
    }
    guard
      let calibration = try? Calibrators.calibrator(method).fit(
        table(learned, edited: false), date: ""),
      let plain = try? calibration.apply(to: table(heldOut, edited: false)).calibrated,
      let edited = try? calibration.apply(to: table(heldOut, edited: true)).calibrated
    else { return nil }
    return DebiasJudgement(method, heldOut, plain: plain, edited: edited)
  }
}
