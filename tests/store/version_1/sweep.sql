-- A store as the first version of its schema wrote it, of a Hyperband search that was killed at its eighth training.
PRAGMA application_id = 1398228304;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE ask (
        seq INTEGER PRIMARY KEY,
        trial INTEGER NOT NULL REFERENCES trial,
        first_epoch INTEGER NOT NULL,
        last_epoch INTEGER NOT NULL,
        bracket INTEGER,
        rung INTEGER
    );
INSERT INTO "ask" VALUES(1,0,0,1,2,0);
INSERT INTO "ask" VALUES(3,1,0,1,2,0);
INSERT INTO "ask" VALUES(5,2,0,1,2,0);
INSERT INTO "ask" VALUES(7,3,0,1,2,0);
INSERT INTO "ask" VALUES(9,1,1,2,2,1);
INSERT INTO "ask" VALUES(11,2,1,2,2,1);
INSERT INTO "ask" VALUES(13,1,2,4,2,2);
CREATE TABLE attempt (
        trial INTEGER NOT NULL REFERENCES trial,
        number INTEGER NOT NULL,
        started TEXT NOT NULL,
        ended TEXT,
        outcome TEXT,
        reason TEXT,
        PRIMARY KEY (trial, number)
    ) WITHOUT ROWID;
INSERT INTO "attempt" VALUES(0,1,'2026-11-24T11:06:58.111+00:00','2026-11-24T11:06:59.201+00:00','completed',NULL);
INSERT INTO "attempt" VALUES(1,1,'2026-11-24T11:06:59.205+00:00','2026-11-24T11:06:59.878+00:00','completed',NULL);
INSERT INTO "attempt" VALUES(1,2,'2026-11-24T11:07:01.215+00:00','2026-11-24T11:07:01.878+00:00','completed',NULL);
INSERT INTO "attempt" VALUES(1,3,'2026-11-24T11:07:02.596+00:00',NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(2,1,'2026-11-24T11:06:59.886+00:00','2026-11-24T11:07:00.542+00:00','completed',NULL);
INSERT INTO "attempt" VALUES(2,2,'2026-11-24T11:07:01.883+00:00','2026-11-24T11:07:02.585+00:00','completed',NULL);
INSERT INTO "attempt" VALUES(3,1,'2026-11-24T11:07:00.554+00:00','2026-11-24T11:07:01.210+00:00','completed',NULL);
CREATE TABLE epoch (
        trial INTEGER NOT NULL REFERENCES trial,
        epoch INTEGER NOT NULL,
        seconds REAL NOT NULL,
        metrics TEXT NOT NULL,
        PRIMARY KEY (trial, epoch)
    ) WITHOUT ROWID;
INSERT INTO "epoch" VALUES(0,1,2.43959674000507220625e-01,'{"loss":1.918801188468933,"accuracy":0.2368421107530594,"val_loss":1.0785719156265259,"val_accuracy":0.4,"val_precision":0.4444444444444444,"val_recall":0.4166666666666667,"val_f1":0.3,"val_auc":0.7281746031746031}');
INSERT INTO "epoch" VALUES(1,1,1.75538132998553919605e-01,'{"loss":1.4014300107955933,"accuracy":0.28947368264198303,"val_loss":0.5002274513244629,"val_accuracy":0.9,"val_precision":0.9333333333333332,"val_recall":0.8888888888888888,"val_f1":0.8962962962962964,"val_auc":1.0}');
INSERT INTO "epoch" VALUES(1,2,1.76513282998712384141e-01,'{"loss":0.5059943199157715,"accuracy":0.8421052694320679,"val_loss":0.21727140247821808,"val_accuracy":0.9,"val_precision":0.9166666666666666,"val_recall":0.9166666666666666,"val_f1":0.9047619047619048,"val_auc":1.0}');
INSERT INTO "epoch" VALUES(1,3,1.81562626999948406592e-01,'{"loss":0.14577195048332214,"accuracy":0.9736841917037964,"val_loss":0.06722008436918259,"val_accuracy":1.0,"val_precision":1.0,"val_recall":1.0,"val_f1":1.0,"val_auc":1.0}');
INSERT INTO "epoch" VALUES(2,1,1.77107475999946473166e-01,'{"loss":0.9534712433815002,"accuracy":0.5,"val_loss":0.7168406248092651,"val_accuracy":0.7,"val_precision":0.7555555555555555,"val_recall":0.7222222222222222,"val_f1":0.6944444444444443,"val_auc":0.9563492063492064}');
INSERT INTO "epoch" VALUES(2,2,1.75215564000609447248e-01,'{"loss":0.7788604497909546,"accuracy":0.6842105388641357,"val_loss":0.6156699657440186,"val_accuracy":0.9,"val_precision":0.9166666666666666,"val_recall":0.9166666666666666,"val_f1":0.9047619047619048,"val_auc":1.0}');
INSERT INTO "epoch" VALUES(3,1,1.77772873999856528826e-01,'{"loss":1.0448112487792969,"accuracy":0.4736842215061188,"val_loss":0.8601304888725281,"val_accuracy":0.5,"val_precision":0.3833333333333333,"val_recall":0.5555555555555555,"val_f1":0.4523809523809524,"val_auc":0.8531746031746031}');
CREATE TABLE event (seq INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
INSERT INTO "event" VALUES(1,'2026-11-24T11:06:58.015+00:00','started','{"workers":0}');
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "fact" VALUES('classes','["0","1","2"]');
INSERT INTO "fact" VALUES('created','"2026-11-24T11:06:57.964+00:00"');
INSERT INTO "fact" VALUES('dataset_digest','"49580277131a5b18b3d0745a9d05625d0586d4113a308672ede1d03690c1ba45"');
INSERT INTO "fact" VALUES('deterministic','true');
INSERT INTO "fact" VALUES('excluded','[]');
INSERT INTO "fact" VALUES('full_budget','4');
INSERT INTO "fact" VALUES('images','{"train":38,"validation":10,"test":12}');
INSERT INTO "fact" VALUES('method','"hyperband"');
INSERT INTO "fact" VALUES('name','"tiny-001"');
INSERT INTO "fact" VALUES('objective','{"metric":"val_accuracy","direction":"max"}');
INSERT INTO "fact" VALUES('retrain_threads','1');
INSERT INTO "fact" VALUES('seed','0');
INSERT INTO "fact" VALUES('sweep_id','"ecb66cf4d37f44ecad2355871f6ddeec"');
INSERT INTO "fact" VALUES('threads_per_trial','1');
CREATE TABLE tell (
        seq INTEGER PRIMARY KEY,
        trial INTEGER NOT NULL REFERENCES trial,
        state TEXT NOT NULL,
        epochs_trained INTEGER NOT NULL,
        best_epoch INTEGER,
        objective TEXT NOT NULL,
        parameter_count INTEGER,
        error TEXT,
        traceback TEXT
    );
INSERT INTO "tell" VALUES(2,0,'completed',1,1,'0.4',119,NULL,NULL);
INSERT INTO "tell" VALUES(4,1,'completed',1,1,'0.9',119,NULL,NULL);
INSERT INTO "tell" VALUES(6,2,'completed',1,1,'0.7',119,NULL,NULL);
INSERT INTO "tell" VALUES(8,3,'completed',1,1,'0.5',119,NULL,NULL);
INSERT INTO "tell" VALUES(10,1,'completed',2,1,'0.9',119,NULL,NULL);
INSERT INTO "tell" VALUES(12,2,'completed',2,2,'0.9',119,NULL,NULL);
CREATE TABLE trial (id INTEGER PRIMARY KEY, config TEXT NOT NULL, seed INTEGER NOT NULL);
INSERT INTO "trial" VALUES(0,'{"conv_layers":1,"filters":2,"dense_layers":0,"batch_size":16,"learning_rate":0.08844446579313672}',715057403);
INSERT INTO "trial" VALUES(1,'{"conv_layers":1,"filters":2,"dense_layers":0,"batch_size":16,"learning_rate":0.06150922833776505}',661964816);
INSERT INTO "trial" VALUES(2,'{"conv_layers":1,"filters":2,"dense_layers":0,"batch_size":16,"learning_rate":0.006872486883426105}',533754948);
INSERT INTO "trial" VALUES(3,'{"conv_layers":1,"filters":2,"dense_layers":0,"batch_size":16,"learning_rate":0.004340581280748377}',753494666);
CREATE INDEX ask_of_trial ON ask (trial);
CREATE INDEX tell_of_trial ON tell (trial);
CREATE UNIQUE INDEX one_open_attempt ON attempt (trial) WHERE ended IS NULL;
COMMIT;
