/// `tare judge`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Judge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score responses with a language model as a judge, on an inference server.",
    discussion: """
      Examples:
        tare judge pairs.jsonl --engine http://HOST:8000 -o ratings.jsonl
        tare judge pairs.jsonl --engine http://HOST:8000 --judge-template pair \
      --rubric-file rubric.txt --store tare.sqlite --run judge
        tare judge pairs.jsonl --engine https://HOST/v1 --engine-model NAME --engine-key-file KEY \
      --samples 5 --max-requests 1000 --store tare.sqlite --run judge
        tare judge --print-template pair >my-pair.txt

      The input is as for `tare score`. The score is the expected value over the log-probabilities of \
      the verdict, or the verdict in the text where the server gives none: a rating, or the probability \
      of being the better or the best response. An answer without a verdict is counted, and its \
      response gets no score. With --store, answers are kept word for word, an interrupted run \
      resumes, and no question is asked twice. `tare calibrate`, `evaluate`, `rank` and `pairs` read \
      the scores as they read those of `tare score`.
      """)

  @Argument(help: ArgumentHelp("Conversations, pairs or candidates; - for standard input."))
  var inputs: [String] = []

  @OptionGroup var engine: JudgeEngineArguments
  @OptionGroup var prompt: JudgePromptArguments
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument

  @Option(help: "Store to write answers and scores to.")
  var store: String?

  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?

  @Option(
    name: .shortAndLong,
    help: "File for the scores, one JSON object per line; - for standard output.")
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Print one of the program's own templates, and do no more.", valueName: "NAME")
  )
  var printTemplate: String?

  @Flag(help: "Print a summary as JSON.")
  var json = false

  mutating func validate() throws {
    guard printTemplate != nil || !inputs.isEmpty else {
      throw ValidationError("Missing expected argument '<inputs> ...'")
    }
    store = Defaults.store(store, isNeeded: runName != nil)
  }

  func run() throws {
    if let printTemplate {
      return try Output.print(Data(Pipeline.judgeTemplate(printTemplate).utf8))
    }
    var request = JudgeRequest(inputs: inputs, settings: try engine.settings())
    prompt.apply(to: &request.settings)
    request.format = format.format
    request.columns = format.columns
    let read = inputs.map { ("an input", $0 as String?) } + Output.files(ofStore: store)
    let policy = try bad.policy(apartFrom: read + [("--output", output)])
    defer { bad.tell(policy) }
    request.policy = policy
    request.store = store
    request.run = runName
    try Output.checkOnlyOne(["--output": Output.isStandard(output), "--json": json])
    try Output.checkApart(["--output": output], from: read)
    let hasNoPlace = output == nil && store == nil
    let printsRows = Output.isStandard(output) || (hasNoPlace && !json)
    let pipeline = Pipeline(observer: Terminal.observer())
    try pipeline.checkWritable(output)
    let outcome = try pipeline.judge(request)
    if printsRows {
      try Output.print(outcome.forEachRow)
    } else if let output {
      try Output.write(outcome.forEachRow, to: output)
    }
    for line in outcome.warnings { Terminal.warn(line) }
    if json {
      try Output.print(
        hasNoPlace ? Output.summary(outcome.json, with: outcome.forEachRow) : outcome.json)
    } else {
      try Terminal.tell(outcome.text, onStandardOutput: !printsRows)
    }
    if let reason = outcome.stopped { throw stop(reason) }
    suggestNext(printsRows: printsRows)
  }

  private func stop(_ reason: String) -> TareError {
    .interrupted(
      store == nil
        ? "\(reason); answers were not kept: --store makes a run resumable"
        : "\(reason); answers are stored; run the same command again to resume")
  }

  private func suggestNext(printsRows: Bool) {
    if store != nil {
      NextCommand.suggest(["evaluate"] + CommandLine.given(SharedOptions.store))
    } else if let output, !printsRows {
      NextCommand.suggest(["evaluate", output])
    }
  }
}
