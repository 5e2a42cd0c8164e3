/// `tare pairs`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct MakePairs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "Build preference pairs from candidates, for DPO and similar methods.",
    discussion: """
      Examples:
        tare pairs candidates.jsonl --model ORG/NAME --output pairs.jsonl
        tare pairs --store tare.sqlite --run first --calibration length.json -o pairs.jsonl
        tare pairs scored.jsonl --rule all --margin 0.5 --per-prompt 3 --plain -o pairs.jsonl
        tare pairs scored.jsonl --rule all --sure 1.64 -o pairs.jsonl
        tare pairs scored.jsonl --skip-bad-rows -o pairs.jsonl.gz
        tare pairs scored.jsonl --with-margin -o pairs.parquet

      Writes one JSON object per pair in TRL's conversational format, {"prompt": [messages], \
      "chosen": [message], "rejected": [message]}, or with --plain as strings; id and both scores are \
      included. `datasets` and `trl` load the file as it is. Repeated responses and pairs are written \
      once. A summary on standard error reports what was left out, and how often the chosen response \
      is the longer one, with and without calibration. Calibrated scores (the column calibrated, or \
      the run's newest calibration) are used if they exist, as in evaluate and report; --score or \
      --raw selects others. If there are no pairs, nothing is written and the exit code is 65.
      """)

  @OptionGroup var candidates: CandidatesArguments
  @Option(
    help: ArgumentHelp(
      "Which pairs to build: \(PairsRequest.rules.joined(separator: ", ")) (default: best-worst)."))
  var rule: String?
  @Option(help: "Minimum difference of the two scores.")
  var margin = 0.0
  @Option(
    help: ArgumentHelp(
      "Leave out pairs whose scores differ by fewer than z standard deviations of the difference.",
      valueName: "z"))
  var sure: Double?
  @Option(help: "--sure: column of the scores' standard deviations (default: score_sd).")
  var sdColumn: String?
  @Option(
    help: ArgumentHelp(
      "--sure: correlation of the errors of two scores of a prompt (default: 0, independent).",
      valueName: "r"))
  var correlation: Double?
  @Option(
    help:
      "Pairs with equal scores: drop, or keep, with the earlier response as chosen (default: drop)."
  )
  var ties: String?
  @Option(help: "all: maximum number of pairs per prompt; the largest margins are kept.")
  var perPrompt: Int?
  @Flag(help: "Write prompts and responses as strings; each prompt must be a single user message.")
  var plain = false
  @Flag(
    help: """
      Write margin, chosen_score and rejected_score instead of score_chosen and score_rejected; TRL's \
      reward trainer uses margin in its loss.
      """)
  var withMargin = false

  @Option(help: "best-random: seed.")
  var seed: UInt64 = 1
  @Option(name: .shortAndLong, help: "File for the pairs; - for standard output (default).")
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Option(help: "File for the statistics, as JSON; - for standard output.")
  var stats: String?
  @Flag(help: "Print the statistics as JSON on standard output; the pairs go to --output.")
  var json = false

  func run() throws {
    let policy = try candidates.badRowPolicy(
      apartFrom: [("--output", output), ("--stats", stats)])
    defer { candidates.bad.tell(policy) }
    var request = PairsRequest(candidates: try candidates.request(policy))
    request.rule = rule
    request.margin = margin
    guard sure != nil || sdColumn == nil && correlation == nil else {
      throw TareError.usage("--sd-column and --correlation require --sure")
    }
    if let sure {
      request.sure = sure
      request.correlation = correlation ?? 0
      request.candidates.deviations = sdColumn ?? CandidatesRequest.deviationColumn
    }
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
      let (path, format) = (output ?? "-", try outputFormat.key(for: output))
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
