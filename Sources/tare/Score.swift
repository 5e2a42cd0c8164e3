/// `tare score`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score responses with a reward model.",
    discussion: """
      Examples:
        tare score pairs.jsonl --model model.gguf --head head.safetensors --output scores.jsonl
        tare score pairs.jsonl --model model.gguf --head head.safetensors \
      --store tare.sqlite --run first
        tare score pairs.jsonl --model FOLDER --engine http://HOST:8000 --engine-protocol vllm \
      --store tare.sqlite --run large
        tare score pairs.jsonl --model FOLDER --skip-bad-rows --bad-rows bad.csv -o scores.jsonl

      The input has rows with messages, prompt and response, prompt with chosen and rejected, or \
      prompt with responses; `tare formats` lists all formats and layouts. Without --store and \
      --output, scores go to standard output, one JSON object per line. With --store, an \
      interrupted run resumes, and inputs that the store has already are not scored again. With \
      --engine, the model runs on a remote server; --model then needs only its tokenizer and chat \
      template.
      """)

  @Argument(help: ArgumentHelp("Conversations, pairs or candidates; - for standard input."))
  var inputs: [String]

  @OptionGroup var model: ModelArgument
  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var memory: CacheArguments
  @OptionGroup var engine: EngineArguments
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument

  @Option(help: "Store to write the scores to.")
  var store: String?

  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?

  @Option(
    name: .shortAndLong,
    help: "File for the scores, one JSON object per line; - for standard output.")
  var output: String?

  @Flag(help: "Print a summary as JSON; without --store and --output, with the scores in it.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    var request = try ScoreRequest(inputs: inputs, settings: scoring.settings(model.named))
    try head.apply(to: &request.settings)
    request.settings.engine = try engine.settings(scoring, head)
    try memory.apply(to: &request.settings, engine: request.settings.engine)
    request.format = format.format
    request.columns = format.columns
    let read =
      inputs.map { ("an input", $0 as String?) } + Output.files(ofStore: store)
      + [("--head", head.head)]
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    request.policy = policy
    request.store = store
    request.run = runName
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": json])
    try Output.checkApart(["--output": output], from: read)
    // Scores are the result where nothing else is named; what was done then goes to standard error.
    let hasNoPlace = output == nil && store == nil
    let printsRows = Output.isStandard(output) || (hasNoPlace && !json)
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    let outcome = try pipeline.score(request)
    if printsRows {
      try Output.print(outcome.forEachRow)
    } else if let output {
      try Output.write(outcome.forEachRow, to: output)
    }
    for line in outcome.findings.lines { try Terminal.tell(line, onStandardOutput: false) }
    if json { return try Output.print(outcome.json(withScores: hasNoPlace)) }
    try Terminal.tell(outcome.text, onStandardOutput: !printsRows)
    if store != nil {
      NextCommand.suggest(["calibrate"] + CommandLine.given(SharedOptions.store))
    } else if let output, !printsRows {
      NextCommand.suggest(["calibrate", output, "-o", output.inserting("-calibrated")])
    } else if Terminal.outputIsTerminal, output == nil {
      NextCommand.suggest(CommandLine.typed + ["-o", "scores.jsonl"])
    }
  }
}
