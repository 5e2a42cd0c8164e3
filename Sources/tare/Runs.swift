/// `tare runs`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists, shows, exports, imports and deletes the runs of a store.",
    discussion: "Example: tare runs list --store tare.sqlite",
    subcommands: [List.self, Show.self, Export.self, Import.self, Delete.self])

  struct StoreOption: ParsableArguments {
    @Option(help: "The store.")
    var store: String
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One line a run, oldest first.",
      discussion: "Example: tare runs list --store tare.sqlite --json")
    @OptionGroup var store: StoreOption
    @Flag(help: "Print JSON, a line a run.")
    var json = false

    func run() throws {
      let runs = try Pipeline().runs(in: store.store)
      if json { return try Output.print(runs) }
      try Terminal.tell(
        Pipeline.table(ofRuns: runs, coloured: Terminal.outputIsColoured), onStandardOutput: true)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A run with its calibrations and evaluations, as JSON.",
      discussion: "Example: tare runs show first --store tare.sqlite")
    @Argument(help: "The run.") var name: String
    @OptionGroup var store: StoreOption

    func run() throws {
      let run = try Pipeline().show(run: name, in: store.store)
      try Output.print(JSONValue.object(run))
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a run to a file, a JSON line a response.",
      discussion: "Example: tare runs export first first.jsonl --store tare.sqlite")
    @Argument(help: "The run.") var name: String
    @Argument(help: "The file.") var file: String
    @OptionGroup var store: StoreOption

    func run() throws { try Pipeline().export(run: name, in: store.store, to: file) }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a run of the lines that `tare score` or `tare runs export` wrote.",
      discussion: "Example: tare runs import scores.jsonl --store tare.sqlite --run published")
    @Argument(help: "The file; - for standard input.") var file: String
    @OptionGroup var store: StoreOption
    @Option(name: .customLong("run"), help: "The run's name (default: the file's).")
    var runName: String?

    func run() throws {
      try Pipeline().importRun(named: runName, from: file, into: store.store)
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes a run, and the texts and scores that no other run uses.",
      discussion: "Example: tare runs delete first --store tare.sqlite")
    @Argument(help: "The run.") var name: String
    @OptionGroup var store: StoreOption

    func run() throws { try Pipeline().delete(run: name, in: store.store) }
  }
}
