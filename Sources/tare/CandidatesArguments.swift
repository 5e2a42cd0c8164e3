/// The options of the commands that choose among candidates.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct CandidatesArguments: ParsableArguments {
  @Argument(
    help:
      "Candidates if there is a --model, else score tables, of one model or of several; - for standard input."
  )
  var inputs: [String] = []
  @Option(
    help: "The model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.")
  var model: String?
  @Option(help: ScoringArguments.tokensHelp)
  var tokens: String?
  @OptionGroup var head: HeadArguments
  @Option(
    help: ArgumentHelp(
      "Variables of the model's chat template, as of `tare score`.", valueName: "json"))
  var templateKwargs: String?
  @Option(help: "Store to take the scores from, or to keep them in.")
  var store: String?
  @Option(name: .customLong("run"), help: "The run in the store; several are an ensemble.")
  var runNames: [String] = []
  @Option(
    name: .customLong("calibration"),
    help: "A saved calibration that is taken off the scores first; one for all models, or one each."
  )
  var calibrations: [String] = []
  @Flag(
    help:
      "Take scores as they are, though calibrated ones stand beside them: the column calibrated, or the run's newest calibration."
  )
  var raw = false
  @Flag(help: "Bring scores to mean 0 and standard deviation 1 within each prompt.")
  var normalize = false
  @Option(
    help: ArgumentHelp(
      "How several models become one: \(CandidatesRequest.combinations.joined(separator: ", ")) (default: mean)."
    ))
  var combine: String?
  @Option(
    help:
      "mean-sd: how many standard deviations, with n in the denominator, are taken off the mean (default: 1)."
  )
  var lambda: Double?
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument

  mutating func validate() {
    store = Defaults.store(store, isNeeded: !runNames.isEmpty)
  }

  /// What is read, and must not be written over.
  var files: [(name: String, path: String?)] {
    inputs.map { ("an input", $0) } + Output.files(ofStore: store)
      + calibrations.map { ("--calibration", $0) } + [("--head", head.head)]
  }

  /// - Parameter outputs: the command's results.
  func badRowPolicy(
    apartFrom outputs: [(name: String, path: String?)]
  ) throws(TareError) -> RowPolicy {
    try bad.policy(
      store: model == nil && inputs.isEmpty ? store : nil, apartFrom: files + outputs)
  }

  func request(_ policy: RowPolicy) throws(TareError) -> CandidatesRequest {
    var request = CandidatesRequest(source: try source(policy))
    request.calibrations = calibrations
    request.normalises = normalize
    request.isRaw = raw
    request.combine = combine
    request.lambda = lambda
    return request
  }

  private func source(_ policy: RowPolicy) throws(TareError) -> CandidatesRequest.Source {
    guard let model else {
      guard head.head == nil else { throw .usage("--head goes with --model") }
      guard templateKwargs == nil else { throw .usage("--template-kwargs goes with --model") }
      guard tokens == nil else { throw .usage("--tokens goes with --model") }
      return .scores(try Source.many(inputs, store, runNames, columns, format, policy))
    }
    guard !inputs.isEmpty else { throw .usage("give the candidates that the model scores") }
    guard runNames.count < 2 else { throw .usage("--model scores one run, not \(runNames.count)") }
    var request = ScoreRequest(inputs: inputs, settings: ScoringSettings(configured: model))
    if let tokens { request.settings.tokens = tokens }
    try head.apply(to: &request.settings)
    request.settings.templateVariables = templateKwargs
    request.format = format.format
    request.columns = format.columns
    request.policy = policy
    request.store = store
    request.run = runNames.first
    return .candidates(request)
  }
}
