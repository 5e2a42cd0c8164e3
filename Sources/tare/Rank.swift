/// `tare rank`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Rank: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rank the candidate responses of each prompt, best first.",
    discussion: """
      Examples:
        tare rank candidates.jsonl --model model.gguf --head head.safetensors --top 1
        tare rank --store tare.sqlite --run first --calibration length.json
        tare rank --store tare.sqlite --run a --run b --normalize --combine mean-sd --lambda 0.5
        tare rank --store tare.sqlite --run uncertain --lower-bound 1.64
        tare rank scores.csv --group prompt_id --label gold --curve
        tare rank scores.csv --missing drop --output ranked.csv

      Prints a table, or with --json (an array) or --output (a line each) one object per prompt: its \
      candidates with their scores and margins to the next. Equal scores keep the input order. Calibrated scores (the \
      column calibrated, or the run's newest calibration) are used if they exist, as in evaluate and \
      report; --score or --raw selects others. --curve instead prints, for every n, the expected \
      score of the best of n candidates (and its expected label, if there are labels) with the KL \
      divergence from the policy. --lower-bound ranks by scores less so many of their standard \
      deviations (column score_sd, which `tare score` writes with a head of `tare train-head --laplace` \
      or --ensemble).
      """)

  @OptionGroup var candidates: CandidatesArguments
  @Option(help: "Number of best candidates to print per prompt.")
  var top: Int?
  @Option(
    help: ArgumentHelp(
      "Rank by score - z * standard deviation, the lower bound of the score.", valueName: "z"))
  var lowerBound: Double?
  @Option(
    help:
      "--lower-bound: column of the standard deviations (default: score_sd).")
  var sdColumn: String?
  @Flag(help: "Print the expected score of the best of n for every n.")
  var curve = false
  @Option(
    name: .shortAndLong,
    help:
      "File for the rankings: one JSON object per prompt, or in table formats one row per candidate; - for standard output."
  )
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Flag(help: "Print the rankings as a JSON array, one object per prompt; the curve as one object.")
  var json = false

  func run() throws {
    let policy = try candidates.badRowPolicy(apartFrom: [("--output", output)])
    defer { candidates.bad.tell(policy) }
    var request = RankRequest(candidates: try candidates.request(policy))
    request.top = top
    guard sdColumn == nil || lowerBound != nil else {
      throw TareError.usage("--sd-column requires --lower-bound")
    }
    if let lowerBound {
      request.candidates.lowerBound = lowerBound
      request.candidates.deviations = sdColumn ?? CandidatesRequest.deviationColumn
    }
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": json])
    try Output.checkApart(["--output": output], from: candidates.files)
    guard output != nil || !outputFormat.isGiven else {
      throw TareError.usage("--output-format and --safe-csv require --output")
    }
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    let outcome = try pipeline.rank(request)
    if let output {
      let format = try outputFormat.key(for: output)
      if try Pipeline.areLines(for: output, format: format) {
        try Output.write(outcome.lines, to: output)
      } else {
        try Output.write(outcome.encoded(for: output, format: format), to: output)
      }
    }
    switch (json, curve) {
    case (true, true): try Output.print(outcome.curveJSON)
    case (true, false): try Output.print(array: outcome.lines)
    case (false, _):
      let isBeside = Output.isStandard(output)
      let coloured = isBeside ? Terminal.errorIsColoured : Terminal.outputIsColoured
      try Terminal.tell(
        curve ? outcome.curveText(coloured: coloured) : outcome.text(top: top, coloured: coloured),
        onStandardOutput: !isBeside)
      suggestNext(hasTexts: outcome.hasTexts)
    }
  }

  private func suggestNext(hasTexts: Bool) {
    let same = candidates.inputs + CommandLine.given(SharedOptions.candidates)
    if hasTexts {
      NextCommand.suggest(["pairs"] + same + ["-o", "pairs.jsonl"])
    } else if !curve {
      NextCommand.suggest(["rank"] + same + ["--curve"])
    }
  }
}
