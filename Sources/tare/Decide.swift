/// `tare decide`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Decide: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask a model typed questions about each row: a probability for every option.",
    discussion: """
      Examples:
        tare decide pairs.jsonl --model model.gguf --questions rubric.json -o answers.jsonl
        tare decide pairs.jsonl --model model.gguf --questions rubric.json --weights weights.json \
      --store tare.sqlite --run rubric
        tare decide pairs.jsonl --model model.gguf --questions rubric.json \
      --reward 'correct + 2*helpful'
        tare decide requests.jsonl --model FOLDER
        tare decide pairs.jsonl --model model.gguf --pairs -o judged.jsonl
        tare decide pairs.jsonl --model ORG/PairRM-hf --pairs --store tare.sqlite --run pairrm
        tare decide pairs.jsonl --model model.gguf --questions rubric.json --audit
        tare decide pairs.jsonl --engine http://HOST:8000 --engine-protocol systemone \
      --questions rubric.json

      A rubric is a JSON file of questions: noul (yes or no), choice (one of several) and score \
      (levels, lowest first). Any chat model answers by the logits of its option labels; decision \
      models answer as transformers 5.23 does. Rows that hold state and questions are requests as \
      they are. With --questions, each response also gets a reward, by default the mean of the \
      questions that have an order; with --store, the run then goes to calibrate, evaluate, rank and \
      report like any other. With --engine, a server answers in place of a model here. docs/decide.md \
      describes the rows.
      """)

  @Argument(help: ArgumentHelp("Conversations, or states; - for standard input."))
  var inputs: [String]

  @OptionGroup var model: ModelArgument
  @OptionGroup var engine: DecideEngineArguments

  @Option(help: ArgumentHelp("Rubric: a JSON file of questions.", valueName: "file"))
  var questions: String?

  @Option(help: ArgumentHelp("JSON file of weights per question.", valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      """
      Reward: sum or mean of the weighted questions, or a formula such as 'correct + 2*helpful - \
      style.wordy' (default: sum).
      """, valueName: "formula"))
  var reward: String?

  @Flag(help: "Average each choice over the cyclic orders of its options, in logits.")
  var averageOrders = false

  @Option(
    help: """
      Form of the answers: tare, transformers or vllm (default: transformers for requests, else tare).
      """)
  var dialect: String?

  @Flag(
    help: """
      Compare the responses to each prompt two by two, in both orders; --questions may name a choice of \
      two options.
      """)
  var pairs = false

  @Option(
    help: ArgumentHelp(
      """
      With --pairs: the form in which the model reads two responses: slic (RLHFlow's pair-preference \
      models), pairrm or steamshp (default: from the model, else a typed question).
      """, valueName: "slic|pairrm|steamshp"))
  var pairForm: String?

  @Flag(
    help: """
      Test the rubric on a sample of the rows: option order, complement, label mass, wording, other \
      questions, labels.
      """)
  var audit = false

  @Option(help: "Rows that --audit samples (default: 64).")
  var sample: Int?

  @Flag(help: "Print the prompts, their tokens and the positions read; compute nothing.")
  var prompts = false

  @OptionGroup var computing: DecideArguments
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument

  @Option(help: "Store to keep the answers in.")
  var store: String?

  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?

  @Option(
    name: .shortAndLong,
    help: "File for the answers, one JSON object per line; - for standard output.")
  var output: String?

  @Flag(help: "Print a summary as JSON.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    try checkModes()
    let engine = try engine.settings(
      (model.model == nil ? [] : ["--model"]) + computing.given + (prompts ? ["--prompts"] : []))
    let name = engine == nil ? try model.named : ""
    var request = DecideRequest(inputs: inputs, settings: computing.settings(name))
    request.engine = engine
    request.questions = questions
    request.weights = weights
    request.reward = reward
    request.averagesOrders = averageOrders
    request.comparesPairs = pairs
    request.pairForm = pairForm
    request.dialect = dialect
    request.format = format.format
    request.columns = format.columns
    let read =
      inputs.map { ("an input", $0 as String?) } + Output.files(ofStore: store)
      + [("--questions", questions), ("--weights", weights)]
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    request.policy = policy
    request.store = store
    request.run = runName
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": json])
    try Output.checkApart(["--output": output], from: read)
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    if prompts {
      let rows = try pipeline.decisionPrompts(request)
      if let output { return try Output.write(rows, to: output) }
      guard json else { return try Output.print(rows) }
      return try Output.print(array: rows.lazy.map { JSONValue.object($0).text().utf8 })
    }
    if audit {
      let outcome = try pipeline.auditDecisions(request, sample: sample ?? 64)
      if json { return try Output.print(outcome.json) }
      return try Terminal.tell(outcome.text, onStandardOutput: true)
    }
    let hasNoPlace = output == nil && store == nil
    let printsRows = Output.isStandard(output) || (hasNoPlace && !json)
    if pairs {
      let outcome = try pipeline.decidePairs(request)
      try write(outcome.forEachRow, printsRows)
      if json {
        return try Output.print(
          hasNoPlace ? Output.summary(outcome.json, with: outcome.forEachRow) : outcome.json)
      }
      return try Terminal.tell(outcome.text, onStandardOutput: !printsRows)
    }
    let outcome = try pipeline.decide(request)
    try write(outcome.forEachRow, printsRows)
    if json {
      return try Output.print(
        hasNoPlace ? Output.summary(outcome.json, with: outcome.forEachRow) : outcome.json)
    }
    try Terminal.tell(outcome.text, onStandardOutput: !printsRows)
    if store != nil, questions != nil {
      NextCommand.suggest(["calibrate"] + CommandLine.given(SharedOptions.store))
    }
  }

  private func write(_ rows: Output.Rows, _ printsRows: Bool) throws(TareError) {
    if printsRows {
      try Output.print(rows)
    } else if let output {
      try Output.write(rows, to: output)
    }
  }

  private func checkModes() throws(TareError) {
    let modes = [("--pairs", pairs), ("--audit", audit), ("--prompts", prompts)].filter(\.1)
    guard modes.count < 2 else {
      throw .usage("\(modes[0].0) and \(modes[1].0) are mutually exclusive")
    }
    guard sample == nil || audit else { throw .usage("--sample requires --audit") }
    guard pairForm == nil || pairs else { throw .usage("--pair-form requires --pairs") }
    if let mode = modes.first, weights != nil || reward != nil || averageOrders {
      throw .usage("--weights, --reward and --average-orders cannot be combined with \(mode.0)")
    }
  }
}

/// How a decision model's texts are made, and how it computes.
struct DecideArguments: ParsableArguments {
  @Option(help: "Folder of the base model, if --model is a PEFT adapter that does not name one.")
  var base: String?

  @Option(help: "Chat template: a file, or the name of one of the model's own.")
  var template: String?

  @Option(help: ScoringArguments.tokensHelp)
  var tokens: String?

  @Option(help: "Date for chat templates that print one, YYYY-MM-DD (default: that of the run).")
  var date: String?

  @Option(
    help: "Precision of the model's matrix products: float32, bfloat16 or int8 (default: float32).")
  var precision: String?

  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?

  /// The options that are given.
  var given: [String] {
    [
      ("--base", base != nil), ("--template", template != nil), ("--tokens", tokens != nil),
      ("--date", date != nil), ("--precision", precision != nil), ("--threads", threads != nil),
    ].filter(\.1).map(\.0)
  }

  func settings(_ model: String) -> ScoringSettings {
    var settings = ScoringSettings(configured: model)
    settings.base = base
    settings.template = template
    if let tokens { settings.tokens = tokens }
    settings.date = date
    if let precision {
      settings.precision = precision
      settings.precisionSource = nil
    }
    if let threads { settings.threads = threads }
    return settings
  }
}
