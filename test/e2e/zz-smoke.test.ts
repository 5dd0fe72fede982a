import { eachServer, expectUndone } from './support.ts';
eachServer('smoke', async (scene) => {
  await scene.server.sql("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20), d DOUBLE, f FLOAT, n DECIMAL(65,30), e ENUM('a','b'), g GEOMETRY); INSERT INTO t VALUES (1,'x',1.5,1.1,-3.25,'a',NULL),(2,'y',-0e0,3.1415926,1.000000000000000000000000000001,'b',ST_GeomFromText('POINT(1 2)'))", scene.database);
  await expectUndone(scene, "DELETE FROM t WHERE id=1; UPDATE t SET v='z'; INSERT INTO t VALUES (5,'q',1,1,1,1,NULL)");
});
