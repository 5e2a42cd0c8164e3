/// The options of the commands that choose among candidates.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct CandidatesArguments: ParsableArguments {
  @Argument(
    help:
      "With --model: candidates to score. Otherwise: score tables of one or more models. - for standard input."
  )
  var inputs: [String] = []
  @Option(
    help: "The model: a Hugging Face folder, a .gguf file, or the ORG/NAME of a downloaded model.")
  var model: String?
  @Option(help: ScoringArguments.tokensHelp)
  var tokens: String?
  @OptionGroup var head: HeadArguments
  @Option(
    help: ArgumentHelp(
      "Variables of the model's chat template, as in `tare score`.", valueName: "json"))
  var templateKwargs: String?
  @Option(help: "Store to read the scores from, or to write them to.")
  var store: String?
  @Option(name: .customLong("run"), help: "Name of the run in the store; several form an ensemble.")
  var runNames: [String] = []
  @Option(
    name: .customLong("calibration"),
    help: "Saved calibration to apply to the scores first; one for all models, or one per model."
  )
  var calibrations: [String] = []
  @Flag(
    help:
      "Use raw scores even if calibrated ones exist (the column calibrated, or the run's newest calibration)."
  )
  var raw = false
  @Flag(help: "Standardize scores within each prompt to mean 0 and standard deviation 1.")
  var normalize = false
  @Option(
    help: ArgumentHelp(
      "How the scores of several models are combined: \(CandidatesRequest.combinations.joined(separator: ", ")) (default: mean)."
    ))
  var combine: String?
  @Option(
    help:
      "mean-sd: number of standard deviations, with n in the denominator, subtracted from the mean (default: 1)."
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
      guard head.head == nil else { throw .usage("--head requires --model") }
      guard templateKwargs == nil else { throw .usage("--template-kwargs requires --model") }
      guard tokens == nil else { throw .usage("--tokens requires --model") }
      return .scores(try Source.many(inputs, store, runNames, columns, format, policy))
    }
    guard !inputs.isEmpty else { throw .usage("give the candidates to be scored by the model") }
    guard runNames.count < 2 else {
      throw .usage("--run: expected one run with --model, found \(runNames.count)")
    }
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
