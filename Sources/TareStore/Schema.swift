/// The store's tables and the one migrator that makes them. A shipped migration is never edited.
import GRDB

enum Schema {
  /// "TARE" in SQLite's header: tells a store from any other SQLite file.
  static let applicationID: Int32 = 0x5441_5245

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { try $0.execute(sql: v1) }
    migrator.registerMigration("v2") { try $0.execute(sql: v2) }
    migrator.registerMigration("v3") { try $0.execute(sql: v3) }
    migrator.registerMigration("v4") { try $0.execute(sql: v4) }
    migrator.registerMigration("v5") { try $0.execute(sql: v5) }
    migrator.registerMigration("v6") { try $0.execute(sql: v6) }
    migrator.registerMigration("v7") { try $0.execute(sql: v7) }
    migrator.registerMigration("v8") { try $0.execute(sql: v8) }
    migrator.registerMigration("v9") { try $0.execute(sql: v9) }
    migrator.registerMigration("v10") { try $0.execute(sql: v10) }
    migrator.registerMigration("v11") { try $0.execute(sql: v11) }
    migrator.registerMigration("v12") { try $0.execute(sql: v12) }
    return migrator
  }()

  /// Digests are the 32 bytes of a SHA-256. Texts that are JSON are checked to be. A run's id is
  /// never used again, so that whoever still writes to a deleted run fails instead of writing to
  /// another.
  private static let v1 = """
    CREATE TABLE model (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
      name TEXT NOT NULL
    ) STRICT;

    -- All that decides a score besides the tokens. An empty head digest is the model's own head.
    CREATE TABLE scorer (
      id INTEGER PRIMARY KEY,
      model INTEGER NOT NULL REFERENCES model(id),
      headDigest BLOB NOT NULL CHECK (length(headDigest) IN (0, 32)),
      precision TEXT NOT NULL CHECK (precision <> ''),
      readRule TEXT NOT NULL CHECK (readRule <> ''),
      UNIQUE (model, headDigest, precision, readRule)
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE CHECK (name <> ''),
      scorer INTEGER NOT NULL REFERENCES scorer(id),
      -- The day that chat templates which print one are told.
      templateDate TEXT CHECK (templateDate IS date(templateDate, '+0 days')),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      status TEXT NOT NULL CHECK (status IN ('open', 'finished')),
      createdAt TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    ) STRICT;
    CREATE INDEX runByScorer ON run(scorer);

    CREATE TABLE prompt (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
      messages TEXT NOT NULL CHECK (json_type(messages) IS 'array')
    ) STRICT;

    CREATE TABLE response (
      id INTEGER PRIMARY KEY,
      prompt INTEGER NOT NULL REFERENCES prompt(id),
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      text TEXT NOT NULL,
      UNIQUE (prompt, digest)
    ) STRICT;

    -- A row of a run's input: a prompt with its responses. `name` is the user's id of it.
    CREATE TABLE inputRow (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 0),
      name TEXT NOT NULL,
      subset TEXT,
      section TEXT,
      extras TEXT NOT NULL CHECK (json_type(extras) IS 'object'),
      UNIQUE (run, position)
    ) STRICT;

    -- A response within its row. `response` is NULL where scores were imported without texts. The
    -- token digest is NULL until the text has been tokenised; with the run's scorer it finds the
    -- score. Whether the text was cut belongs here, as a cut text and a whole one can have the same
    -- tokens and then share a score.
    CREATE TABLE item (
      id INTEGER PRIMARY KEY,
      inputRow INTEGER NOT NULL REFERENCES inputRow(id) ON DELETE CASCADE,
      responseIndex INTEGER NOT NULL CHECK (responseIndex >= 0),
      role TEXT NOT NULL CHECK (role IN ('chosen', 'rejected', 'response')),
      response INTEGER REFERENCES response(id),
      length INTEGER NOT NULL CHECK (length >= 0),
      tokenDigest BLOB CHECK (length(tokenDigest) = 32),
      truncated INTEGER CHECK (truncated IN (0, 1)),
      UNIQUE (inputRow, responseIndex),
      CHECK ((tokenDigest IS NULL) = (truncated IS NULL))
    ) STRICT;
    CREATE INDEX itemByResponse ON item(response);
    CREATE INDEX itemByTokenDigest ON item(tokenDigest);

    -- A float32 is held exactly; the bound is the largest one, so that no infinity gets in. `tokens`
    -- is 0 where a remote engine does not tell.
    CREATE TABLE score (
      scorer INTEGER NOT NULL REFERENCES scorer(id),
      tokenDigest BLOB NOT NULL CHECK (length(tokenDigest) = 32),
      value REAL NOT NULL CHECK (abs(value) <= 3.4028234663852886e38),
      tokens INTEGER NOT NULL CHECK (tokens >= 0),
      readAt INTEGER NOT NULL CHECK (readAt >= 0),
      PRIMARY KEY (scorer, tokenDigest),
      CHECK (readAt < tokens OR (readAt = 0 AND tokens = 0))
    ) STRICT, WITHOUT ROWID;

    -- Hidden states at the read position, little-endian float32, for training heads.
    CREATE TABLE feature (
      id INTEGER PRIMARY KEY,
      scorer INTEGER NOT NULL REFERENCES scorer(id),
      tokenDigest BLOB NOT NULL CHECK (length(tokenDigest) = 32),
      width INTEGER NOT NULL CHECK (width > 0),
      vector BLOB NOT NULL,
      UNIQUE (scorer, tokenDigest),
      CHECK (length(vector) = 4 * width)
    ) STRICT;

    CREATE TABLE calibration (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      method TEXT NOT NULL CHECK (method <> ''),
      artefact TEXT NOT NULL CHECK (json_valid(artefact)),
      createdAt TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    ) STRICT;
    CREATE INDEX calibrationByRun ON calibration(run);

    CREATE TABLE calibratedScore (
      calibration INTEGER NOT NULL REFERENCES calibration(id) ON DELETE CASCADE,
      item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
      value REAL NOT NULL CHECK (abs(value) <= 1.7976931348623157e308),
      bias REAL NOT NULL CHECK (abs(bias) <= 1.7976931348623157e308),
      PRIMARY KEY (calibration, item)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX calibratedScoreByItem ON calibratedScore(item);

    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      -- NULL: the raw scores were evaluated.
      calibration INTEGER REFERENCES calibration(id) ON DELETE CASCADE,
      benchmark TEXT NOT NULL CHECK (benchmark <> ''),
      result TEXT NOT NULL CHECK (json_valid(result)),
      createdAt TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    ) STRICT;
    CREATE INDEX evaluationByRun ON evaluation(run);
    CREATE INDEX evaluationByCalibration ON evaluation(calibration);
    """

  /// Scores of the steps of process reward models, in the order of the text; the score is made of
  /// them by the scorer's read rule.
  private static let v2 = """
    CREATE TABLE stepScore (
      scorer INTEGER NOT NULL,
      tokenDigest BLOB NOT NULL,
      step INTEGER NOT NULL CHECK (step >= 0),
      position INTEGER NOT NULL CHECK (position >= 0),
      value REAL NOT NULL CHECK (abs(value) <= 3.4028234663852886e38),
      PRIMARY KEY (scorer, tokenDigest, step),
      FOREIGN KEY (scorer, tokenDigest) REFERENCES score(scorer, tokenDigest) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    """

  /// The score files that runs were imported from, as they were: what a run is exported to, and what its
  /// roles, labels, covariates and texts are read from.
  private static let v3 = """
    CREATE TABLE source (
      run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      -- A key of the file formats.
      format TEXT NOT NULL CHECK (format <> ''),
      -- The values that rows must have to belong to the run, by column.
      filters TEXT NOT NULL CHECK (json_type(filters) IS 'object'),
      -- Gzipped.
      content BLOB NOT NULL
    ) STRICT;
    """

  /// Scores get numbers, and the responses of a finished run know those of their scores: reading a
  /// million of them is then a walk along the tables instead of a million searches for digests.
  private static let v4 = """
    CREATE TABLE numberedScore (
      id INTEGER PRIMARY KEY,
      scorer INTEGER NOT NULL REFERENCES scorer(id),
      tokenDigest BLOB NOT NULL CHECK (length(tokenDigest) = 32),
      value REAL NOT NULL CHECK (abs(value) <= 3.4028234663852886e38),
      tokens INTEGER NOT NULL CHECK (tokens >= 0),
      readAt INTEGER NOT NULL CHECK (readAt >= 0),
      UNIQUE (scorer, tokenDigest),
      CHECK (readAt < tokens OR (readAt = 0 AND tokens = 0))
    ) STRICT;
    INSERT INTO numberedScore (scorer, tokenDigest, value, tokens, readAt)
      SELECT scorer, tokenDigest, value, tokens, readAt FROM score;
    DROP TABLE score;
    ALTER TABLE numberedScore RENAME TO score;

    -- NULL until the run is finished; the token digest finds the score until then. No reference, as
    -- scores are deleted only when no run needs them.
    ALTER TABLE item ADD COLUMN score INTEGER;
    UPDATE item SET score = (
      SELECT score.id FROM inputRow
        JOIN run ON run.id = inputRow.run
        JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
      WHERE inputRow.id = item.inputRow);
    """

  /// What a conversation is besides messages of a role and a text. Both are NULL of plain ones, whose
  /// digests are those of before: scores that a store has stay known.
  private static let v5 = """
    -- What the chat template is told of beside the messages: tools, documents, variables.
    ALTER TABLE prompt ADD COLUMN context TEXT
      CHECK (context IS NULL OR json_type(context) IS 'object');
    -- The messages of a response that is more than one text.
    ALTER TABLE response ADD COLUMN turns TEXT
      CHECK (turns IS NULL OR json_type(turns) IS 'array');
    """

  /// Digests of what finished runs and calibrations hold (`Seal`): a row that another program changes
  /// is found. Those of runs that were finished before are not known.
  private static let v9 = """
    CREATE TABLE runSeal (
      run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32)
    ) STRICT;
    CREATE TABLE calibrationSeal (
      calibration INTEGER PRIMARY KEY REFERENCES calibration(id) ON DELETE CASCADE,
      digest BLOB NOT NULL CHECK (length(digest) = 32)
    ) STRICT;
    """

  /// What people said of pairs of responses. Texts are known by their digests: a label holds for every run
  /// and file that has them.
  private static let v10 = """
    CREATE TABLE pairLabel (
      -- Ascends with time.
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      prompt BLOB NOT NULL CHECK (length(prompt) = 32),
      -- Two responses, the smaller digest first.
      first BLOB NOT NULL CHECK (length(first) = 32),
      second BLOB NOT NULL CHECK (length(second) = 32),
      labeller TEXT NOT NULL CHECK (labeller <> ''),
      verdict TEXT NOT NULL CHECK (verdict IN ('first', 'second', 'tie', 'skip')),
      firstIsLeft INTEGER NOT NULL CHECK (firstIsLeft IN (0, 1)),
      labelledAt TEXT NOT NULL CHECK (labelledAt IS strftime('%Y-%m-%dT%H:%M:%SZ', labelledAt)),
      UNIQUE (prompt, first, second, labeller),
      CHECK (first < second)
    ) STRICT;
    """

  /// Which process computes which scores at the moment.
  private static let v11 = """
    CREATE TABLE claim (
      scorer INTEGER NOT NULL REFERENCES scorer(id) ON DELETE CASCADE,
      tokenDigest BLOB NOT NULL CHECK (length(tokenDigest) = 32),
      -- As `Worker` names a process.
      worker TEXT NOT NULL CHECK (worker <> ''),
      -- Seconds since 1970.
      expiresAt INTEGER NOT NULL,
      PRIMARY KEY (scorer, tokenDigest)
    ) STRICT, WITHOUT ROWID;
    """

  /// Standard deviations of scores, of heads that know them; NULL for others.
  private static let v12 = """
    ALTER TABLE score ADD COLUMN deviation REAL
      CHECK (deviation IS NULL OR deviation BETWEEN 0 AND 3.4028234663852886e38);
    -- Tells at once that a scorer has none.
    CREATE INDEX scoreWithDeviation ON score(scorer) WHERE deviation IS NOT NULL;
    """

  /// The names that a user gave the columns of a file, as a JSON object; NULL for none.
  private static let v6 = """
    ALTER TABLE source ADD COLUMN columns TEXT
      CHECK (columns IS NULL OR json_type(columns) IS 'object');
    """

  /// Answers to typed questions: what a decision model made of one prompt read at one position, and
  /// which of them are those of a response. A response's reward is its score, as any other.
  private static let v7 = """
    CREATE TABLE decision (
      id INTEGER PRIMARY KEY,
      scorer INTEGER NOT NULL REFERENCES scorer(id),
      readDigest BLOB NOT NULL CHECK (length(readDigest) = 32),
      -- Little-endian float32, one for each option in the question's order: before temperature, and
      -- as probabilities.
      scores BLOB NOT NULL CHECK (length(scores) > 0 AND length(scores) % 4 = 0),
      probabilities BLOB NOT NULL,
      -- The labels' share of the vocabulary; NULL for a head.
      labelMass REAL CHECK (labelMass BETWEEN 0 AND 1),
      topIsLabel INTEGER CHECK (topIsLabel IN (0, 1)),
      tokens INTEGER NOT NULL CHECK (tokens >= 0),
      UNIQUE (scorer, readDigest),
      CHECK (length(probabilities) = length(scores))
    ) STRICT;

    -- A question of a response, by its place in the request. NULL: the model could not be asked.
    CREATE TABLE decisionAnswer (
      item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
      question INTEGER NOT NULL CHECK (question >= 0),
      decision INTEGER REFERENCES decision(id),
      PRIMARY KEY (item, question)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX decisionAnswerByDecision ON decisionAnswer(decision);
    """

  /// Answers of generative judges by the digest of the request, and the runs that need them.
  private static let v8 = """
    CREATE TABLE judgeAnswer (
      id INTEGER PRIMARY KEY,
      request BLOB NOT NULL CHECK (length(request) = 32),
      sample INTEGER NOT NULL CHECK (sample >= 0),
      reply TEXT NOT NULL CHECK (json_type(reply) IS 'object'),
      createdAt TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
      UNIQUE (request, sample)
    ) STRICT;

    CREATE TABLE judgeRequest (
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      answer INTEGER NOT NULL REFERENCES judgeAnswer(id) ON DELETE CASCADE,
      PRIMARY KEY (run, answer)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX judgeRequestByAnswer ON judgeRequest(answer);
    """
}
