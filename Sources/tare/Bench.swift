/// `tare bench`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure speed on this machine, compared with its arithmetic limit.",
    discussion: """
      Example: tare bench --model model.gguf

      The limit is the speed of large matrix products, by Tare's own kernels or by OpenBLAS if it \
      is installed, whichever is faster. Compare only figures from the same session: other work on \
      the machine slows all of them.
      """)

  @Option(help: "Model folder or .gguf file (default: measure the machine only).")
  var model: String?
  @Option(
    parsing: .singleValue,
    help: "Precision: float32, bfloat16 or int8; repeatable (default: all three).")
  var precision: [String] = []
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @Option(
    help: "Instead, measure an exact LOWESS fit of this many points on one thread; prints JSON.")
  var lowess: Int?
  @Option(help: "Instead, measure a store on disk with this many scores; prints JSON.")
  var store: Int?
  @Option(help: .hidden)
  var lowessFitted: String?
  @Flag(help: "Print the results as JSON.")
  var json = false

  func run() throws {
    if let lowess {
      return try Output.print(Pipeline().benchLowess(points: lowess, fittedTo: lowessFitted))
    }
    if let store { return try Output.print(Pipeline().benchStore(scores: store)) }
    let outcome = try Pipeline().bench(
      model: model, precisions: precision,
      threads: threads ?? Defaults.threads)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
