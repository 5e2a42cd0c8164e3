/// `tare calibrate --probabilities` and `tare evaluate --probabilities`.
internal import Foundation
internal import TareCore
internal import TarePipeline

extension Calibrate {
  func calibrateProbabilities(_ policy: RowPolicy) throws {
    guard store == nil, let input else {
      throw TareError.usage("--probabilities: expected a file of answers, found none")
    }
    var request = ProbabilityRequest(input: input)
    request.format = format.format
    request.columns = format.columns
    request.label = columns.label
    request.policy = policy
    request.method = fit.method
    request.folds = fit.crossFit
    request.seed = probability.foldSeed
    request.miss = probability.conformal
    request.risk = probability.maxRisk
    request.delta = probability.riskDelta
    request.apply = apply
    request.save = save
    request.output = Output.isStandard(output) ? nil : output
    request.outputFormat = try outputFormat.key(for: output)
    let rowsToOutput = output == nil || Output.isStandard(output)
    try Output.checkApart(["--output": output, "--save": save], from: [("--apply", apply)])
    try Output.checkApart(["--save": save], from: [("the input", input)])
    request.printsRows = rowsToOutput && !json
    signal(SIGPIPE, SIG_DFL)
    let outcome = try Pipeline(observer: Terminal.observer()).calibrateProbabilities(request)
    if json { return try Output.print(outcome.json) }
    if rowsToOutput, let rows = outcome.rows { try Output.print(rows) }
    try Terminal.tell(outcome.text, onStandardOutput: !rowsToOutput)
    if let output, !rowsToOutput { NextCommand.suggest(["evaluate", output, "--probabilities"]) }
  }
}

extension Evaluate {
  func evaluateProbabilities(_ policy: RowPolicy) throws {
    guard store == nil, !inputs.isEmpty else {
      throw TareError.usage("--probabilities: expected files of answers, found none")
    }
    guard against.count < 2 else {
      throw TareError.usage("--against: expected one file with --probabilities")
    }
    var request = QuestionRequest(inputs: inputs)
    request.against = against.first
    request.format = format.format
    request.columns = format.columns
    request.label = columns.label
    request.policy = policy
    request.bootstrap = min(bootstrap, 2_000)
    request.seed = seed
    let outcome = try Pipeline(observer: Terminal.observer()).evaluateProbabilities(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(outcome.text, onStandardOutput: true)
  }
}
