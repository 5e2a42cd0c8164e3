/// `tare rank`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Rank: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ranks the candidate responses of each prompt, best first.",
    discussion: """
      Examples:
        tare rank candidates.jsonl --model model.gguf --head head.safetensors --top 1
        tare rank --store tare.sqlite --run first --calibration length.json
        tare rank --store tare.sqlite --run a --run b --normalize --combine mean-sd --lambda 0.5
        tare rank scores.csv --group prompt_id --label gold --curve
        tare rank scores.csv --missing drop --output ranked.csv

      Prints a table, and with --json or --output a JSON line a prompt: its candidates with score \
      and margin to the next. Equal scores keep the order of the input. Where calibrated scores stand \
      beside the others (the column calibrated, or the run's newest calibration) they count, as in \
      evaluate and report; --score or --raw takes others. --curve tells in place of \
      that what the best of n candidates is worth, for every n: its expected score, and label where \
      there are labels, with the KL divergence from the policy that made them.
      """)

  @OptionGroup var candidates: CandidatesArguments
  @Option(help: "How many of the best candidates to give.")
  var top: Int?
  @Flag(help: "Print the expected score of the best of n, for every n.")
  var curve = false
  @Option(
    name: .shortAndLong,
    help:
      "File for the rankings, one JSON line per prompt, or by its ending one row per candidate; - for standard output."
  )
  var output: String?
  @OptionGroup var outputFormat: OutputFormatArgument
  @Flag(help: "Print the rankings as JSON, a line a prompt; the curve as one object.")
  var json = false

  func run() throws {
    let policy = try candidates.badRowPolicy(apartFrom: [("--output", output)])
    defer { candidates.bad.tell(policy) }
    var request = RankRequest(candidates: try candidates.request(policy))
    request.top = top
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": json])
    try Output.checkApart(["--output": output], from: candidates.files)
    guard output != nil || outputFormat.outputFormat == nil else {
      throw TareError.usage("--output-format goes with --output")
    }
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    let outcome = try pipeline.rank(request)
    if let output {
      let format = outputFormat.outputFormat
      if try Pipeline.areLines(for: output, format: format) {
        try Output.write(outcome.lines, to: output)
      } else {
        try Output.write(outcome.encoded(for: output, format: format), to: output)
      }
    }
    switch (json, curve) {
    case (true, true): try Output.print(outcome.curveJSON)
    case (true, false): try Output.print(outcome.lines)
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
