#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

fn shop() -> Application {
    Application {
        name: Name::new("shop").unwrap(),
        namespace: "web".into(),
        image: "ghcr.io/acme/shop:${{ vars.release }}".into(),
        replicas: 1,
        port: Some(8080),
        host: Some("shop.${{ vars.domain }}".into()),
        environment: vec![Setting { name: "LOG_LEVEL".into(), value: "info".into() }, Setting { name: "DEBUG".into(), value: "no".into() }],
        secrets: vec![
            SecretSetting { name: "DB_PASSWORD".into(), secret: None },
            SecretSetting { name: "SMTP_PASSWORD".into(), secret: Some("mail".into()) },
        ],
        volume: Some(Volume { size: "10Gi".into(), path: "/data".into() }),
    }
}

const SHOP: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: shop-env
  namespace: web
  labels:
    app.kubernetes.io/name: shop
stringData:
  DB_PASSWORD: \"${{ secrets.shop_db_password }}\"
  SMTP_PASSWORD: \"${{ secrets.mail }}\"
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: shop-data
  namespace: web
  labels:
    app.kubernetes.io/name: shop
spec:
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      storage: \"10Gi\"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: web
  labels:
    app.kubernetes.io/name: shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: shop
  strategy:
    type: Recreate
  template:
    metadata:
      labels:
        app.kubernetes.io/name: shop
    spec:
      containers:
        - name: shop
          image: \"ghcr.io/acme/shop:${{ vars.release }}\"
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: http
          env:
            - name: LOG_LEVEL
              value: info
            - name: DEBUG
              value: \"no\"
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: shop-env
                  key: DB_PASSWORD
            - name: SMTP_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: shop-env
                  key: SMTP_PASSWORD
          volumeMounts:
            - name: data
              mountPath: \"/data\"
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: shop-data
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: web
  labels:
    app.kubernetes.io/name: shop
spec:
  selector:
    app.kubernetes.io/name: shop
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: web
  labels:
    app.kubernetes.io/name: shop
spec:
  rules:
    - host: \"shop.${{ vars.domain }}\"
      http:
        paths:
          - path: \"/\"
            pathType: Prefix
            backend:
              service:
                name: shop
                port:
                  name: http
";

#[test]
fn all_that_the_form_asks_becomes_manifests() {
    let component = shop().component().unwrap();
    assert_eq!((component.id.as_str(), component.namespace.as_deref()), ("shop", Some("web")));
    assert_eq!(component.text(), SHOP);
}

#[test]
fn what_is_left_out_leaves_no_trace() {
    let bare = Application { port: None, host: None, environment: vec![], secrets: vec![], volume: None, replicas: 3, ..shop() };
    let text = bare.component().unwrap().text().to_owned();
    let kinds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("kind: ")).collect();
    assert_eq!(kinds, ["Deployment"]);
    for word in ["env:", "ports:", "volumes:", "strategy:", "Probe"] {
        assert!(!text.contains(word), "{word}\n{text}");
    }
    let served = Application { port: Some(80), ..bare };
    assert!(served.component().unwrap().text().contains("kind: Service") && !served.component().unwrap().text().contains("kind: Ingress"));
}

#[test]
fn what_no_cluster_would_take_is_told_at_its_field() {
    let set = |name: &str| vec![Setting { name: name.into(), value: "x".into() }];
    let secret = |name: &str, secret: Option<&str>| vec![SecretSetting { name: name.into(), secret: secret.map(str::to_owned) }];
    let volume = |size: &str, path: &str| Some(Volume { size: size.into(), path: path.into() });
    let value = |value: &str| vec![Setting { name: "A".into(), value: value.into() }];
    let cases = [
        (Application { namespace: "Web".into(), ..shop() }, "namespace"),
        (Application { image: String::new(), ..shop() }, "image"),
        (Application { image: "nginx".into(), ..shop() }, "image"),
        (Application { image: "localhost:5000/nginx".into(), ..shop() }, "image"),
        (Application { image: "nginx:latest".into(), ..shop() }, "image"),
        (Application { image: "nginx: 1".into(), ..shop() }, "image"),
        (Application { image: "nginx:${{ secrets.x }}".into(), ..shop() }, "image"),
        (Application { image: "nginx:${{ vars.x".into(), ..shop() }, "image"),
        (Application { replicas: 1001, ..shop() }, "replicas"),
        (Application { replicas: 2, ..shop() }, "replicas"),
        (Application { port: Some(0), ..shop() }, "port"),
        (Application { port: None, ..shop() }, "port"),
        (Application { host: Some("https://shop".into()), ..shop() }, "host"),
        (Application { host: Some("shop..example".into()), ..shop() }, "host"),
        (Application { environment: set("1A"), ..shop() }, "environment"),
        (Application { environment: set("DB_PASSWORD"), ..shop() }, "secrets"),
        (Application { environment: value("${{ secrets.x }}"), ..shop() }, "environment"),
        (Application { environment: value("${{ github.sha }}"), ..shop() }, "environment"),
        (Application { secrets: secret("A B", None), ..shop() }, "secrets"),
        (Application { secrets: secret("A", Some("a-b")), ..shop() }, "secrets"),
        (Application { volume: volume("10", "/data"), ..shop() }, "volume_size"),
        (Application { volume: volume("10Gi", "data"), ..shop() }, "volume_path"),
    ];
    for (application, at) in cases {
        let problem = application.component().unwrap_err();
        assert_eq!(problem.at.as_deref(), Some(at), "{}", problem.detail);
    }
    for image in ["nginx:1", "nginx@sha256:ab", "localhost:5000/a/nginx:1.2", "a/b:${{ vars.tag }}"] {
        Application { image: image.into(), ..shop() }.component().unwrap();
    }
}
