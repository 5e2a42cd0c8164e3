/// `tare pairs`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct MakePairs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "Makes preference pairs of candidates, for DPO and its kin.",
    discussion: """
      Examples:
        tare pairs candidates.jsonl --model ORG/NAME --output pairs.jsonl
        tare pairs --store tare.sqlite --run first --calibration length.json -o pairs.jsonl
        tare pairs scored.jsonl --rule all --margin 0.5 --per-prompt 3 --plain -o pairs.jsonl
        tare pairs scored.jsonl --skip-bad-rows -o pairs.jsonl.gz
        tare pairs scored.jsonl --with-margin -o pairs.parquet

      Writes a JSON line a pair in TRL's conversational format, {"prompt": [messages], "chosen": \
      [message], "rejected": [message]}, or with --plain as strings, with id and both scores beside \
      them; `datasets` and `trl` load it as it is. Repeated responses and pairs come once. What was \
      left out, and how often the chosen response is the longer one, with and without calibration, \
      goes to standard error. Where calibrated scores stand beside the others (the column calibrated, \
      or the run's newest calibration) they count, as in evaluate and report; --score or --raw takes \
      others. Without any pair nothing is written, and the exit code is 65.
      """)

  @OptionGroup var candidates: CandidatesArguments
  @Option(
    help: ArgumentHelp(
      "Which pairs: \(PairsRequest.rules.joined(separator: ", ")) (default: best-worst)."))
  var rule: String?
  @Option(help: "The least difference of the two scores.")
  var margin = 0.0
  @Option(
    help:
      "Equal scores: drop, or keep, where the response that comes first is chosen (default: drop)."
  )
  var ties: String?
  @Option(help: "all: the most pairs of a prompt, those with the largest margins.")
  var perPrompt: Int?
  @Flag(help: "Write texts as strings; prompts must be one message of the user.")
  var plain = false
  @Flag(
    help:
      "Write margin, chosen_score and rejected_score in place of score_chosen and score_rejected: TRL's reward trainer takes margin into its loss."
  )
  var withMargin = false
  @Option(help: "Seed of best-random.")
  var seed: UInt64 = 1
  @Option(name: .shortAndLong, help: "File for the pairs; - for standard output (default).")
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Option(help: "File for the statistics, as JSON; - for standard output.")
  var stats: String?
  @Flag(help: "Print the statistics on standard output as JSON; the pairs go to --output.")
  var json = false

  func run() throws {
    let policy = try candidates.badRowPolicy(
      apartFrom: [("--output", output), ("--stats", stats)])
    defer { candidates.bad.tell(policy) }
    var request = PairsRequest(candidates: try candidates.request(policy))
    request.rule = rule
    request.margin = margin
    request.ties = ties
    request.mostPerPrompt = perPrompt
    request.isPlain = plain
    request.hasMargins = withMargin
    request.seed = seed
    let printsRows = output == nil || Output.isStandard(output)
    try Output.checkApart(["--output": output, "--stats": stats], from: candidates.files)
    try Output.checkOnlyOne([
      "the pairs (--output)": printsRows, "--json": json, "--stats": Output.isStandard(stats),
    ])
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    try pipeline.checkWritable(stats)
    let outcome = try pipeline.pairs(request)
    // No file at all rather than an empty one, which would be trained on.
    if outcome.failure == nil {
      let (path, format) = (output ?? "-", outputFormat.outputFormat)
      if try Pipeline.areLines(for: output, format: format) {
        try Output.write(outcome.lines, to: path)
      } else {
        try Output.write(outcome.encoded(for: output, format: format), to: path)
      }
    }
    if let stats { try Output.write([outcome.statistics.object ?? [:]], to: stats) }
    if json {
      try Output.print(outcome.statistics)
    } else {
      try Terminal.tell(
        outcome.text(coloured: Terminal.errorIsColoured), onStandardOutput: false)
    }
    if let failure = outcome.failure { throw failure }
    guard !json, let output, !printsRows else { return }
    NextCommand.suggest(
      candidates.model.map {
        ["train-head", output, "--model", $0, "--output", "head.safetensors"]
      } ?? ["formats", output])
  }
}
