/// `tare calibrate --probabilities`: probabilities of typed questions become calibrated ones.
internal import Foundation
internal import TareCalibration
package import TareCore
internal import TareFormats

extension Pipeline {
  /// - Throws: `TareError.badData` for a question with too few labels, or a saved calibration that does
  ///   not know the question.
  package func calibrateProbabilities(
    _ request: ProbabilityRequest
  ) throws(TareError) -> ProbabilityOutcome {
    try checkWritable(request.output)
    try checkWritable(request.save)
    let options = try request.options()
    let (table, digest) = try request.table()
    let questions = try QuestionTable(table, label: request.label)
    var outcome: ProbabilityOutcome
    if let path = request.apply {
      outcome = try applied(try saved(path), to: questions)
    } else {
      outcome = try fitted(questions, options, digest)
    }
    if let save = request.save, request.apply == nil {
      try write(
        Data((outcome.calibration.json.text(indent: 2) + "\n").utf8),
        to: save)
    }
    let columns = questions.columns(outcome.answers)
    if let output = request.output {
      try write(
        table.data(adding: columns, for: output, format: request.outputFormat), to: output)
    }
    if request.printsRows {
      outcome.rows = try table.data(adding: columns, for: nil, format: request.outputFormat)
    }
    return outcome
  }

  private func saved(_ path: String) throws(TareError) -> ProbabilityCalibration {
    let file = try InputFile(path)
    do throws(TareError) {
      return try ProbabilityCalibration(json: JSONValue(parsing: file.bytes))
    } catch {
      throw error.inside(file.name)
    }
  }

  private func fitted(
    _ table: QuestionTable, _ options: ProbabilityOptions, _ digest: Digest
  ) throws(TareError) -> ProbabilityOutcome {
    var fits: [FittedQuestion] = []
    for question in table.questions {
      do throws(TareError) {
        fits.append(try FittedQuestion(question, options))
      } catch {
        throw error.inside(table.table.name)
      }
    }
    let calibration = ProbabilityCalibration(
      questions: fits.map(\.calibration), folds: options.folds, seed: options.seed,
      data: "\(digest)", date: String(Date.now.formatted(.iso8601.year().month().day())))
    // Sets of rows that their threshold was taken from would cover as if they were new.
    let answers = fits.map { fit in
      fit.probabilities.map { CalibratedAnswer(probabilities: $0) }
    }
    return ProbabilityOutcome(
      calibration: calibration, answers: answers, questions: table.questions, isFitted: true)
  }

  private func applied(
    _ calibration: ProbabilityCalibration, to table: QuestionTable
  ) throws(TareError) -> ProbabilityOutcome {
    var answers: [[CalibratedAnswer]] = []
    for question in table.questions {
      let own: QuestionCalibration
      do throws(TareError) {
        own = try calibration.calibration(of: question)
      } catch {
        throw error.inside(table.table.name)
      }
      answers.append(
        question.rows.map { row in
          let probabilities = own.map.apply(row.probabilities)
          return CalibratedAnswer(
            probabilities: probabilities,
            set: own.sets?.set(
              probabilities, question: question.name, prompt: row.prompt, row: row.row),
            isAnswered: own.abstention?.isAnswered(probabilities))
        })
    }
    return ProbabilityOutcome(
      calibration: calibration, answers: answers, questions: table.questions, isFitted: false)
  }
}
