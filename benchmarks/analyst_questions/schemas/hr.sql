create table dim_dept (deptKey integer, deptNo varchar, deptName varchar, costCtr integer, region varchar);
create table dim_emp (
  empKey integer, empNo varchar, fName varchar, lName varchar, genderCd varchar, jobTitle varchar, deptKey integer, mgrKey integer,
  loc varchar, hireDt date, termDt date
);
create table fct_pay (payKey integer, empKey integer, payDt date, grossAmt decimal(10, 2), taxAmt decimal(10, 2), netAmt decimal(10, 2), bonusAmt decimal(10, 2));
create table fct_leave (leaveKey integer, empKey integer, leaveTyp varchar, startDt date, endDt date, daysCnt integer, apprFlg boolean);
create table fct_exp (expKey integer, empKey integer, expDt date, expCat varchar, amt decimal(10, 2), statusCd varchar);
create table fct_trn (trnKey integer, empKey integer, courseNm varchar, trnDt date, score integer);
